"""How the embedded recogniser is made: text, voices, telephone noise, features, training, export, measurement."""

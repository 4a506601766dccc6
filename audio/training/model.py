"""Whisper's architecture, small, with a CTC head on the encoder; parameters are named as in Hugging Face's."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from audio.training.features import MELS, POSITIONS

_LONGEST_TEXT = 448  # tokens, as in Whisper
_PADS = 16


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the model is. `vocabulary` and `classes`: outputs of the decoder and of the CTC head."""

    vocabulary: int
    classes: int
    width: int = 192
    heads: int = 4
    inner: int = 768
    encoder_layers: int = 4
    decoder_layers: int = 2
    dropout: float = 0.05


@dataclass(frozen=True, slots=True)
class Heard:
    """What the encoder made of a batch. `states`: (batch, frames + pads, width); `bias`: added to attention logits on
    them, or None; `frames`: how many of the states stand for sound, the rest for padding.
    """

    states: Tensor
    bias: Tensor | None
    frames: int


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def split(self, states: Tensor) -> Tensor:
        batch, length, width = states.shape
        return states.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

    def forward(self, states: Tensor, sources: Tensor, bias: Tensor | None = None, causal: bool = False) -> Tensor:
        query, key = self.split(self.q_proj(states)), self.split(self.k_proj(sources))
        value = self.split(self.v_proj(sources))
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias, is_causal=causal)
        joined: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return joined


class WatchedAttention(Attention):
    """Attention whose weights can be looked at: `weights`, (batch, heads, tokens, states), of the last call."""

    weights: Tensor

    def look(self, states: Tensor, heard: Heard) -> Tensor:
        query, key = self.split(self.q_proj(states)), self.split(self.k_proj(heard.states))
        value = self.split(self.v_proj(heard.states))
        logits = (query @ key.transpose(-1, -2)).float() / math.sqrt(query.shape[-1])
        self.weights = (logits if heard.bias is None else logits + heard.bias.float()).softmax(-1)
        joined: Tensor = self.out_proj((self.weights.to(value.dtype) @ value).transpose(1, 2).flatten(2))
        return joined


class EncoderLayer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.self_attn = Attention(shape.width, shape.heads)
        self.self_attn_layer_norm = nn.LayerNorm(shape.width)
        self.fc1 = nn.Linear(shape.width, shape.inner)
        self.fc2 = nn.Linear(shape.inner, shape.width)
        self.final_layer_norm = nn.LayerNorm(shape.width)
        self.dropout = shape.dropout

    def dropped(self, states: Tensor) -> Tensor:
        return functional.dropout(states, self.dropout, self.training) if self.dropout else states

    def feed_forward(self, states: Tensor) -> Tensor:
        inner = functional.gelu(self.fc1(self.final_layer_norm(states)))
        return states + self.dropped(self.fc2(inner))

    def forward(self, states: Tensor, bias: Tensor | None) -> Tensor:
        normed = self.self_attn_layer_norm(states)
        return self.feed_forward(states + self.dropped(self.self_attn(normed, normed, bias)))


class DecoderLayer(EncoderLayer):
    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.encoder_attn = WatchedAttention(shape.width, shape.heads)
        self.encoder_attn_layer_norm = nn.LayerNorm(shape.width)

    def read(self, states: Tensor, heard: Heard) -> Tensor:
        normed = self.self_attn_layer_norm(states)
        states = states + self.dropped(self.self_attn(normed, normed, causal=True))
        looked = self.encoder_attn.look(self.encoder_attn_layer_norm(states), heard)
        return self.feed_forward(states + self.dropped(looked))


class Encoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(MELS, shape.width, 3, padding=1)
        self.conv2 = nn.Conv1d(shape.width, shape.width, 3, stride=2, padding=1)
        self.embed_positions = nn.Embedding(POSITIONS, shape.width)
        self.embed_positions.weight.data = _sinusoids(POSITIONS, shape.width)
        self.embed_positions.weight.requires_grad = False
        self.layers = nn.ModuleList(EncoderLayer(shape) for _ in range(shape.encoder_layers))
        self.layer_norm = nn.LayerNorm(shape.width)

    def forward(self, mel: Tensor, positions: int | None = None) -> Heard:
        """`mel`: (batch, 80, frames), zeros behind each clip.

        `positions`: behave as if zeros went on up to that many states. faster-whisper pads to 1,500; computing them in
        training would cost ten times the speech. A sample of 16 stands for all, its attention logits raised by
        log(all / 16), which is exact in expectation.
        """
        states = self._convolved(mel)
        frames = states.shape[1]
        places = self.embed_positions.weight
        states = states + places[:frames]
        bias = None
        missing = (positions or frames) - frames
        if missing > 0:
            count = min(_PADS, missing)
            silent = self._convolved(mel.new_zeros(1, MELS, 12))[:, 3]
            pads = silent + places[frames + torch.randperm(missing)[:count]]
            states = torch.cat([states, pads.expand(len(states), -1, -1).to(states.dtype)], dim=1)
            bias = states.new_zeros(1, 1, 1, frames + count)
            bias[..., frames:] = math.log(missing / count)
        for layer in self.layers:
            states = layer(states, bias)
        return Heard(self.layer_norm(states), bias, frames)

    def _convolved(self, mel: Tensor) -> Tensor:
        convolved: Tensor = functional.gelu(self.conv2(functional.gelu(self.conv1(mel)))).transpose(1, 2)
        return convolved


class Decoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
        nn.init.normal_(self.embed_tokens.weight, std=shape.width**-0.5)
        self.embed_positions = nn.Embedding(_LONGEST_TEXT, shape.width)
        self.embed_positions.weight.data = _sinusoids(_LONGEST_TEXT, shape.width) * 0.3
        self.layers = nn.ModuleList(DecoderLayer(shape) for _ in range(shape.decoder_layers))
        self.layer_norm = nn.LayerNorm(shape.width)

    def forward(self, tokens: Tensor, heard: Heard) -> Tensor:
        """Logits of each token's successor, (batch, length, vocabulary); `tokens`: (batch, length)."""
        states = self.embed_tokens(tokens) + self.embed_positions.weight[: tokens.shape[1]]
        for layer in self.layers:
            states = _decoder_layer(layer).read(states, heard)
        logits: Tensor = self.layer_norm(states) @ self.embed_tokens.weight.T
        return logits

    def attention(self) -> list[Tensor]:
        """Where each layer looked in the last call, (batch, heads, tokens, states)."""
        return [_decoder_layer(layer).encoder_attn.weights for layer in self.layers]


class Recogniser(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape)
        self.ctc = nn.Linear(shape.width, shape.classes)

    def spelt(self, heard: Heard) -> Tensor:
        """The CTC head's log-probabilities, (batch, frames, classes), padding left out."""
        logits: Tensor = self.ctc(heard.states[:, : heard.frames])
        return logits.float().log_softmax(-1)


def _decoder_layer(layer: nn.Module) -> DecoderLayer:
    assert isinstance(layer, DecoderLayer)  # noqa: S101 - ModuleList forgets what it holds
    return layer


def _sinusoids(length: int, width: int) -> Tensor:
    scale = math.log(10_000) / (width // 2 - 1)
    angles = torch.arange(length)[:, None] * torch.exp(-scale * torch.arange(width // 2))[None]
    return torch.cat([angles.sin(), angles.cos()], dim=1)

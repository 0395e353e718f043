"""How alike two utterances of one language are: their words, and the letters of these, rare ones counting more.

Letters find typing errors and endings, words find what it is about. A word is taken apart once, however many utterances
have it, so that a hundred thousand utterances are a matter of seconds.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

from convdata.review.normalising import words

LETTERS = 2**18
_letters = HashingVectorizer(
    analyzer="char_wb", ngram_range=(3, 5), n_features=LETTERS, norm=None, alternate_sign=False, dtype=np.float32
)

Matrix = Any  # scipy's sparse matrices ship no types


class Counted:
    """The words of utterances and the letters of these, counted. Grows: what comes later has the same vocabulary."""

    def __init__(self) -> None:
        self._vocabulary: dict[str, int] = {}
        self._spelt: list[Matrix] = []
        self._words: list[Matrix] = []
        self._letters: list[Matrix] = []
        self.size = 0

    def add(self, normals: Sequence[str]) -> None:
        before = len(self._vocabulary)
        columns: list[int] = []
        starts = [0]
        for normal in normals:
            columns += (self._vocabulary.setdefault(word, len(self._vocabulary)) for word in words(normal))
            starts.append(len(columns))
        counts = sparse.csr_matrix(
            (np.ones(len(columns), np.float32), np.array(columns, np.int32), np.array(starts, np.int32)),
            shape=(len(normals), len(self._vocabulary)),
        )
        counts.sum_duplicates()
        new = list(self._vocabulary)[before:]
        if new:
            self._spelt.append(_letters.transform(new))
        self._spelt = [sparse.vstack(self._spelt, format="csr")] if len(self._spelt) > 1 else self._spelt
        letters = (
            counts @ self._spelt[0] if self._spelt else sparse.csr_matrix((len(normals), LETTERS), dtype=np.float32)
        )
        self._words.append(_damped(counts))
        self._letters.append(_damped(letters))
        self.size += len(normals)

    def with_more(self, normals: Sequence[str]) -> "Counted":
        """A copy that counts these as well, and leaves this one as it is."""
        copy = Counted()
        copy._vocabulary, copy.size = dict(self._vocabulary), self.size
        copy._spelt, copy._letters = list(self._spelt), list(self._letters)
        copy._words = [rows.copy() for rows in self._words]
        copy.add(normals)
        return copy

    def vectors(self) -> Matrix:
        """A unit row for each utterance: half of it its words, half its letters. Weights are of all utterances here."""
        if not self.size:
            return sparse.csr_matrix((0, LETTERS), dtype=np.float32)
        for rows in self._words:
            rows.resize(rows.shape[0], len(self._vocabulary))
        self._words, self._letters = _one(self._words), _one(self._letters)
        both = sparse.hstack([_weighted(self._words[0]), _weighted(self._letters[0])], format="csr")
        return normalize(both, copy=False)


def _one(parts: list[Matrix]) -> list[Matrix]:
    return [sparse.vstack(parts, format="csr")] if len(parts) > 1 else parts


def _damped(counts: Matrix) -> Matrix:
    """A word said three times says little more than one said once."""
    damped = counts.astype(np.float32)
    np.log(damped.data, out=damped.data)
    damped.data += 1
    return damped


def _weighted(damped: Matrix) -> Matrix:
    """Rare ones count more (TF-IDF); each row is of length one."""
    seen = np.bincount(damped.indices, minlength=damped.shape[1])
    rare = (np.log((1 + damped.shape[0]) / (1 + seen)) + 1).astype(np.float32)
    weighted = sparse.csr_matrix(
        (damped.data * rare[damped.indices], damped.indices, damped.indptr), shape=damped.shape
    )
    return normalize(weighted, copy=False)

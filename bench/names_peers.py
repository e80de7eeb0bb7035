"""The matcher and the three usual ways, as functions from a name to a score and a school."""

from collections.abc import Callable, Sequence

from rapidfuzz import fuzz

from rules.names import Matcher, ProtectedSchool

Predict = Callable[[str], tuple[float, str | None]]  # score 0–1 and the school named


def ours(schools: Sequence[ProtectedSchool]) -> Predict:
    """The matcher."""
    matcher, names = Matcher(schools), {s.code: s.name for s in schools}

    def predict(name: str) -> tuple[float, str | None]:
        match = matcher.screen(name)
        return (0.5 + match.score / 2 if match.flagged else 0.0), names.get(match.school or "")

    return predict


def _terms(schools: Sequence[ProtectedSchool]) -> list[tuple[str, str]]:
    lists = ("full", "historic", "short", "contested", "english", "abbreviation")
    return [(t, s.name) for s in schools for key in lists for t in getattr(s.names, key)]


def substring(schools: Sequence[ProtectedSchool]) -> Predict:
    """A protected name is in the name."""
    terms = [(t.lower(), s) for t, s in _terms(schools)]

    def predict(name: str) -> tuple[float, str | None]:
        low = name.lower()
        return next(((1.0, s) for t, s in terms if t in low), (0.0, None))

    return predict


def partial(schools: Sequence[ProtectedSchool]) -> Predict:
    """The best rapidfuzz partial_ratio over the protected names."""
    terms = _terms(schools)

    def predict(name: str) -> tuple[float, str | None]:
        return max(((fuzz.partial_ratio(name, t) / 100, s) for t, s in terms), key=lambda pair: pair[0])

    return predict


def segmented(schools: Sequence[ProtectedSchool]) -> Predict:
    """jieba with the protected names as user words: one of the words is one of them."""
    import jieba

    cutter = jieba.Tokenizer()
    cutter.FREQ, cutter.total = cutter.gen_pfdict(cutter.get_dict_file())  # no file in /tmp
    cutter.initialized = True
    terms = {t.lower(): s for t, s in _terms(schools)}
    for term in terms:
        cutter.add_word(term, 20000)

    def predict(name: str) -> tuple[float, str | None]:
        return next(((1.0, terms[w]) for w in cutter.cut(name.lower(), HMM=False) if w in terms), (0.0, None))

    return predict

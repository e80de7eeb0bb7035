"""Does this name use or imitate a protected school name? `Matcher(schools).screen(name)` answers."""

from rules.names.matcher import Matcher
from rules.names.model import NameKind, NameMatch, NameVerdict
from rules.names.protected import ProtectedFile, ProtectedNames, ProtectedSchool
from rules.names.search_terms import SearchTerm, institution_of, search_terms

__all__ = [
    "Matcher",
    "NameKind",
    "NameMatch",
    "NameVerdict",
    "ProtectedFile",
    "ProtectedNames",
    "ProtectedSchool",
    "SearchTerm",
    "institution_of",
    "search_terms",
]

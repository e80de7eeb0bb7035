"""The schools that the tests of the name matcher protect."""

from rules.names import ProtectedNames, ProtectedSchool


def school(code: str, name: str, **names: list[str]) -> ProtectedSchool:
    """A protected school; `names` may leave out everything but what the test is about."""
    return ProtectedSchool(code=code, name=name, names=ProtectedNames.model_validate({"full": [name], **names}))


def protected() -> list[ProtectedSchool]:
    """Seven schools with names of every sort."""
    return [
        school("bit", "北京理工大学", short=["北理工", "北理"], historic=["北京工业学院"], abbreviation=["BIT"],
               english=["Beijing Institute of Technology"], nickname=["京工学堂"], hints=["良乡"]),
        school("dlut", "大连理工大学", short=["大连理工", "大工"], abbreviation=["DUT", "DLUT"],
               english=["Dalian University of Technology"], hints=["凌水"]),
        school("nwpu", "西北工业大学", short=["西工大"], abbreviation=["NWPU"],
               english=["Northwestern Polytechnical University"]),
        school("whut", "武汉理工大学", short=["武汉理工", "武理工"], abbreviation=["WUT", "WHUT"]),
        school("sias", "郑州西亚斯学院", short=["西亚斯"], abbreviation=["SIAS"], english=["Sias University"]),
        school("nju", "南京大学", contested=["南大"], abbreviation=["NJU"], english=["Nanjing University"], hints=["鼓楼"]),
        school("ccnu", "华中师范大学", short=["华中师大"], contested=["华师"], abbreviation=["CCNU"]),
    ]  # fmt: skip

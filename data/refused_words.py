"""Words that are never written down of anything, by name (DESIGN 8.6 and 8.7).

A category names things, places and duties, or an event of the closed list; it never names a kind of person,
nor a petition, a gathering or a complaint. Of events those on which a child, a patient or a family hangs are
refused as well. Whole words are looked for in English; Chinese, which writes none apart, is searched. In both
the last word of a phrase says what the phrase is: 学生用品 are goods and 问题学生 are persons.
"""

from __future__ import annotations

import re
import unicodedata

_ANYWHERE = (
    "信访|上访|访民|闹访|缠访|越级访|进京访|请愿|聚集(?!区|地)|群体性事件|集会|游行|静坐|投诉|网帖|发帖|跟帖|舆情"
    "|重点人(?!行|流)|重点对象|重点青少年|重点学生|刑满释放|刑释|前科|社区矫正|矫正对象|(?:吸毒|戒毒|涉毒)人员"
    "|精神障碍|精神病|肇事肇祸|患者|病人|病患|特异体质|心理问题|心理危机|心理异常|未成年犯"
)
"""Never part of a name for things, places or duties."""
_PERSONS = (
    "(?:学生|学员|家长|监护人|儿童|孩子|小孩|未成年人?|青少年|少年|幼儿|孤儿|当事人|嫌疑人|人员)"
    "(?:类|类别|名单|名册|信息|情况|问题|个案|案件|纠纷|矛盾|冲突|群体|家庭|档案|诉求|意见|打架|斗殴|逃学|旷课)?"
)
"""Persons, where they stand last, and what makes a matter of persons."""
_CARRIED = "(?:接送|载运|运送|搭载|转运|超载)"
"""Before persons: a service, as in 非法接送学生."""
_CAUSES = "(?:维权|讨薪)"
_MATTERS = (
    "性侵|性骚扰|性犯罪|性暴力|性虐|强奸|強姦|轮奸|奸淫|猥亵|猥褻|卖淫|嫖娼|嫖宿|淫秽|色情|涉黄"
    "|家暴|家庭(?:暴力|纠纷|矛盾)|婚姻纠纷|婚恋纠纷|感情纠纷|虐待"
    "|自杀|自残|自伤|轻生|自缢|割腕|走失|失踪|走丢|寻人|失联|出走|拐卖|拐骗"
    "|医疗|急救|救护|疾病|伤病|送医|就医|医患"
)
"""Of events: sexual, domestic, self-harm, missing, medical."""
_MINORS = (
    "欺凌|霸凌|欺负|校园暴力"
    "|未成年|涉未|涉生(?!产|态|活|物)|涉少|女童|男童|幼童|幼女|少女|孩子|小孩|[小中]学生|[高初]中生"
    "|学生(?!公寓|宿舍|食堂|用品|超市)|儿童(?!公园|乐园|医院|游乐|用品|摄影)|幼儿(?!园)|少年(?!宫)|家长(?!学校)"
)
"""Bullying, and whatever else is a minor's."""
_EVENTS = f"{_MATTERS}|{_MINORS}"
_WORDS_ANYWHERE = (
    r"(?:petition(?:s|er|ers|ing)?|gatherings?|demonstrations?|protests?|complaints?|patients?|offenders?"
    r"|convicts?|addicts?|suspects?|public opinion|key (?:person|persons|people)|mentally ill)"
)
_WORDS_LAST = (
    r"(?:pupils?|students?|child|children|kids?|minors?|juveniles?|teenagers?|parents?|guardians?|persons?"
    r"|people)(?: (?:cases?|lists?|files?|problems?|disputes?))?"
)
_WORDS_OF_MINORS = (
    r"(?:bully[a-z]*|bullied|minors|minor s|juveniles?|under ?age|child|children|kids?|teen[a-z]*"
    r"|pupils?|students?|schoolchild[a-z]*|parents?)"
)
_WORDS_OF_EVENTS = (
    r"(?:sexual|sex|rapes?|indecen(?:t|cy)|molest[a-z]*|prostitution|pornograph[a-z]*|domestic|family"
    r"|bully[a-z]*|bullied|self ?harm[a-z]*|suicid[a-z]*|missing|runaway|kidnap[a-z]*|medical|ambulance"
    r"|illness|sickness|mental|minors|minor s|juveniles?|under ?age|child|children|kids?|teen[a-z]*"
    r"|pupils?|students?|schoolchild[a-z]*)"
)
_BEFORE, _AFTER = "(?<![a-z])", "(?![a-z])"
_ANY = re.compile(f"{_ANYWHERE}|{_BEFORE}{_WORDS_ANYWHERE}{_AFTER}")
_EVENT = re.compile(
    f"{_EVENTS}|{_BEFORE}{_WORDS_OF_EVENTS}{_AFTER}|^minor(?: (?:case|cases|offence|offender|crime))?$"
)
_MINOR = re.compile(f"{_MINORS}|{_BEFORE}{_WORDS_OF_MINORS}{_AFTER}")
_LAST = re.compile(f"(?:{_PERSONS}|{_CAUSES}|{_BEFORE}{_WORDS_LAST})$")
_SERVICE = re.compile(f"{_CARRIED}{_PERSONS}$")
_SERVICE_ANYWHERE = re.compile(f"{_CARRIED}(?:学生|儿童|幼儿)|(?:学生|儿童|幼儿|家长){_CARRIED}")
_UNSEEN = ("Cf", "Mn", "Cc")
_LINES = re.compile(r"[\s_\-'’·.*]+")
_PHRASES = re.compile(r"[/|,;:+&()\[\]<>、，；：（）【】《》\n]+")


def is_refused(text: str, kind: str) -> bool:
    """Tell whether a category names what is never taken in.

    Parameters
    ----------
    text
        The cell as received, or a word of a source's description.
    kind
        Name of the kind: of events more is refused.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    shown = "".join(sign for sign in folded if sign == "\n" or unicodedata.category(sign) not in _UNSEEN)
    if any(_ANY.search(form) or (kind == "incident" and _EVENT.search(form)) for form in _forms(shown)):
        return True
    return any(_names_persons(phrase) for phrase in _PHRASES.split(shown))


def is_about_persons(text: str) -> bool:
    """Tell whether what people write of a work item is about pupils, parents, other persons or petitions.

    Parameters
    ----------
    text
        A topic, a name, something to be done: things, places and duties alone belong there. What carries
        pupils, as in 接送学生车辆, is a service.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    left = (_SERVICE_ANYWHERE.sub("接送", form) for form in _forms(folded))
    return is_refused(text, "hazard") or any(_MINOR.search(form) for form in left)


def _forms(text: str) -> tuple[str, str]:
    """Give a text as English is read, words apart, and as Chinese is, without anything between signs."""
    return _LINES.sub(" ", text).strip(), _LINES.sub("", text)


def _names_persons(phrase: str) -> bool:
    """Tell whether a phrase ends in a word for persons."""
    return any(_LAST.search(form) and not _SERVICE.search(form) for form in _forms(phrase))

"""What bureaus call venues -> the categories that the rule book speaks of."""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.terms import VenueCategory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.arrays import Objects

SYNONYMS: Mapping[VenueCategory, tuple[str, ...]] = MappingProxyType(
    {
        VenueCategory.INTERNET_CAFE: (
            "网吧", "网咖", "电竞馆", "互联网上网服务营业场所", "互联网上网服务", "上网服务场所",
            "net cafe", "cybercafe", "internet cafe",
        ),
        VenueCategory.ENTERTAINMENT: (
            "歌舞厅", "歌舞娱乐", "歌厅", "舞厅", "迪厅", "迪吧", "夜总会", "娱乐场所", "娱乐城", "量贩式",
            "ktv", "卡拉ok", "karaoke", "dance hall", "nightclub",
        ),
        VenueCategory.ARCADE: (
            "游戏厅", "电玩城", "电玩", "游艺", "游艺娱乐场所", "游戏游艺", "电子游戏", "game room",
            "amusement arcade",
        ),
        VenueCategory.BAR: ("酒吧", "清吧", "酒馆", "pub"),
        VenueCategory.ESPORTS_HOTEL: ("电竞酒店", "电竞宾馆", "电竞旅馆", "电竞民宿", "esports hotel"),
        VenueCategory.HOTEL: ("旅馆", "宾馆", "酒店", "旅店", "民宿", "招待所", "旅馆业", "guest house"),
        VenueCategory.FOOT_MASSAGE: (
            "足浴按摩", "足浴", "足疗", "按摩", "洗浴", "桑拿", "保健会所", "massage", "sauna",
        ),
        VenueCategory.SCRIPT_GAME: ("剧本娱乐", "剧本杀", "密室逃脱", "密室", "escape room"),
        VenueCategory.TOBACCO: (
            "烟草零售", "烟草制品零售", "烟草", "烟草专卖", "卷烟", "烟酒店", "烟酒", "香烟",
        ),
        VenueCategory.ECIGARETTE: ("电子烟", "电子烟零售", "e-cigarette", "vape"),
        VenueCategory.ALCOHOL: ("酒类零售", "酒类", "酒行", "酒品零售", "liquor"),
        VenueCategory.LOTTERY: ("彩票", "彩票销售", "福利彩票", "体育彩票", "福彩", "体彩"),
        VenueCategory.ADULT_SHOP: (
            "成人用品", "情趣用品", "性用品", "计生用品", "adult shop", "sex shop",
        ),
        VenueCategory.FIREWORKS: ("烟花爆竹", "鞭炮", "fireworks"),
        VenueCategory.FOOD_STALL: (
            "食品摊贩", "食品摊点", "流动摊贩", "小吃摊", "摊贩", "食品摊", "food stall",
        ),
        VenueCategory.CONVENIENCE: (
            "便利店", "小卖部", "超市", "食杂店", "文具店", "shop", "convenience store",
        ),
    }
)  # fmt: skip
"""Words by category, as market, culture and police bureaus write them, and as older sources map them."""


def _plain(word: str) -> str:
    """Write a word without what does not tell words apart: width, case, blanks around it, underscores."""
    return " ".join(unicodedata.normalize("NFKC", word).casefold().replace("_", " ").split())


_KNOWN = {
    _plain(word): category
    for category in VenueCategory
    for word in (category.value, *SYNONYMS.get(category, ()))
}
_LONGEST_FIRST = sorted(_KNOWN, key=len, reverse=True)


def category_of(word: object) -> str | None:
    """Give the category that a bureau's word means.

    Parameters
    ----------
    word
        As it came; missing or empty where there is none.

    Returns
    -------
    str or None
        Word of `VenueCategory`. A word that is none of the list means the category of the longest word that
        it holds; one that holds words of several categories ("bar and hotel") means none: nobody guesses.
    """
    if not isinstance(word, str) or not (plain := _plain(word)):
        return None
    if plain in _KNOWN:
        return _KNOWN[plain].value
    rest, found = plain, set()
    for known in _LONGEST_FIRST:
        # latin words are too short to be looked for inside of others
        if known in rest and not known.isascii():
            found.add(_KNOWN[known].value)
            rest = rest.replace(known, " ")
    return found.pop() if len(found) == 1 else None


def categories_of(words: pd.Series) -> Objects:
    """Give the category of each word, None where it means none; each distinct word is looked up once."""
    means = {word: category_of(word) for word in words.dropna().unique()}
    found: Objects = np.empty(len(words), dtype=object)
    found[:] = [None if pd.isna(word) else means[word] for word in words.tolist()]
    return found

"""What people and forms write where they have nothing to say. Pure.

Texts are compared without case, accents, spacing and punctuation: ``--None--`` is ``none``.
"""

import re
import unicodedata
from itertools import chain

from shared.domain.identity.folding import folded, kept_if_short

NOTHING_BY_LANGUAGE = {
    "programs": "null, nil, none, nan, undefined, no value, no data, object object",
    "en": "n/a, unknown, not provided, not applicable, not available, not specified, not given,"
    " not known, not stated, not set, not entered, not disclosed, not listed, not found,"
    " none given, none provided, no answer, no response, no name, no first name, no last name,"
    " no surname, no company, no company name, no title, no phone, no phone number, no email,"
    " to be determined, to be confirmed, prefer not to say, rather not say, empty, blank, missing,"
    " redacted, withheld, tbc, tbd, tba, lnu, fnu",
    "de": "keine Angabe, keine Angaben, keine, nicht angegeben, nicht vorhanden,"
    " nicht bekannt, nicht zutreffend, entfällt, unbekannt, auswählen, Land auswählen",
    "fr": "aucun, aucune, néant, non renseigné, non communiqué, non précisé, non disponible,"
    " non applicable, sans objet, inconnu, inconnue, sélectionner, choisir, sélectionnez,"
    " choisissez, sélectionnez un pays, choisissez un pays",
    "es": "ninguno, ninguna, no aplica, no disponible, no especificado, no proporcionado,"
    " sin especificar, sin datos, desconocido, seleccione, seleccionar, selecciona, elige,"
    " seleccione una opción, selecciona una opción, seleccione un país, selecciona un país",
    "pt": "nenhum, nenhuma, não aplicável, não se aplica, não disponível, não informado,"
    " não especificado, desconhecido, selecione, selecionar, escolha, selecione um país,"
    " selecione uma opção",
    "it": "nessuno, nessuna, non specificato, non disponibile, non applicabile, non indicato,"
    " sconosciuto, seleziona, selezionare, seleziona un paese, scegli",
    "nl": "geen, n.v.t., niet van toepassing, niet opgegeven, niet bekend, onbekend, selecteer,"
    " maak een keuze, kies een land, selecteer een land",
    "da, nb, sv": "ingen, intet, inget, ikke angivet, ikke oppgitt, ej angivet, ej angiven,"
    " inte angivet, ikke relevant, ej tillämpligt, ukendt, ukjent, okänd, okänt, vælg, velg, välj,"
    " vælg land, velg land, välj land",
    "fi": "ei mitään, ei tiedossa, ei ole, ei saatavilla, tuntematon, valitse, valitse maa",
    "pl": "brak, brak danych, nie dotyczy, nie podano, nieznany, nieznana, nieznane, wybierz,"
    " wybierz kraj",
    "cs, sk": "žádný, žádná, neuvedeno, neznámý, nezadáno, vyberte, vyberte zemi, neuvedené,"
    " neznámy, žiadny, vyberte krajinu",
    "hu": "nincs, nincs megadva, ismeretlen, válasszon, válasszon országot",
    "ro": "niciunul, niciuna, nespecificat, necunoscut, selectați, alegeți",
    "tr": "yok, belirtilmemiş, bilinmiyor, seçiniz, seçin, ülke seçiniz",
    "ru, uk": "нет, нет данных, не указано, не указан, не указана, неизвестно, отсутствует,"
    " выберите, выберите страну, немає, не вказано, невідомо, оберіть, виберіть",
    "el": "κανένα, κανένας, άγνωστο, δεν υπάρχει, δεν διατίθεται, επιλέξτε",
    "ar, he": "لا يوجد, غير معروف, غير متوفر, اختر, אין, לא ידוע, לא צוין, בחר",
    "zh": "无, 無, 没有, 沒有, 暂无, 暫無, 未知, 不详, 不詳, 未填写, 未填寫, 未提供, 不适用,"
    " 不適用",
    "ja": "なし, 無し, 特になし, 該当なし, 未記入, 未入力, 未設定, 未定, 不明, 選択",
    "ko": "없음, 해당 없음, 해당없음, 미정, 미입력, 알 수 없음, 선택",
    "id, ms, vi, th": "tidak ada, tidak diketahui, tiada, pilih, không có, không rõ, chọn, ไม่มี",
}

PROMPTS_BY_LANGUAGE = {
    "en": "please select, please choose, please enter, please specify, please fill",
    "de": "bitte wählen, bitte auswählen, bitte waehlen, bitte auswaehlen, bitte angeben",
    "fr": "veuillez",
    "es, pt": "por favor seleccion, por favor selecion, por favor elij, por favor escolh",
    "it": "si prega di, prego selezionare",
    "pl": "proszę wybrać",
    "tr": "lütfen",
    "hu": "kérjük",
    "ru": "пожалуйста",
    "zh": "请选择, 請選擇",
    "ja": "選択してください",
    "ko": "선택하세요, 선택해",
}
"""How a form's unanswered question begins, whatever it asks for."""

QUESTION = re.compile(
    r"(?:select|choose)(?:one|(?:an?|one|your|the)?(?:company|country(?:orregion)?|function|industry"
    r"|item|jobtitle|language|name|option|region|role|salutation|state|title|value))?"
)
"""What stands in a list of a form before anything is chosen."""

WITH_PUNCTUATION_ONLY = frozenset(
    {"k.a.", "k. a.", "s/o", "n/d", "n/c", "n/r", "n.d.", "n.c.", "n.n.", "n. n.", "s.o."}
)
"""Abbreviations that are names of people and companies without it."""

NAMES_TOO = frozenset({"null", "nil", "none", "nan", "blank", "brak", "geen", "yok"})
"""Of these, words that people are called, and so names beside another name."""


def _squeezed(text: str) -> str:
    """Return letters and digits alone, without accents."""
    bare = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return "".join(filter(str.isalnum, bare))


def _table(by_language: dict[str, str]) -> frozenset[str]:
    texts = chain.from_iterable(texts.split(", ") for texts in by_language.values())
    return frozenset(_squeezed(folded(text)) for text in texts)


NOTHING = _table(NOTHING_BY_LANGUAGE)
PROMPTS = tuple(_table(PROMPTS_BY_LANGUAGE))
CROSSES = re.compile("x{2,}")


@kept_if_short
def has_value(text: str) -> bool:
    """Tell whether a text says anything: "N/A", "-", "Please select" and the like do not."""
    plain = folded(text)
    words = _squeezed(plain)
    return (
        bool(words)
        and words not in NOTHING
        and plain not in WITH_PUNCTUATION_ONLY
        and not words.startswith(PROMPTS)
        and not QUESTION.fullmatch(words)
        and not CROSSES.fullmatch(words)
        and not all(_squeezed(word) in NOTHING for word in plain.split())
    )


def names_with_value(first: str, last: str) -> tuple[str, str]:
    """Return first and last name, "" for one that says nothing; *Hanna Null* has both."""
    one, other = has_value(first), has_value(last)
    return (
        first if one or (other and _is_a_name_too(first)) else "",
        last if other or (one and _is_a_name_too(last)) else "",
    )


def _is_a_name_too(text: str) -> bool:
    return folded(text) in NAMES_TOO

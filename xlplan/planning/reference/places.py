"""Languages, vendors and sites: who speaks what, where, at which price."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = {
    "EN": ("English", 0.30, 1, True),
    "ES": ("Spanish", 0.14, 1, True),
    "PT": ("Portuguese", 0.10, 1, True),
    "ID": ("Indonesian", 0.08, 1, False),
    "FR": ("French", 0.06, 1, True),
    "DE": ("German", 0.055, 1, True),
    "AR": ("Arabic", 0.055, 2, False),
    "VI": ("Vietnamese", 0.045, 2, False),
    "TR": ("Turkish", 0.04, 2, False),
    "IT": ("Italian", 0.03, 2, True),
    "JA": ("Japanese", 0.03, 2, False),
    "TH": ("Thai", 0.025, 3, False),
    "PL": ("Polish", 0.015, 3, True),
    "KO": ("Korean", 0.015, 3, False),
    "NL": ("Dutch", 0.01, 3, True),
}
"""Code: name, share of volume, tier, official language of the EU."""
EU = {code for code, (_, _, _, official) in LANGUAGES.items() if official}


@dataclass(frozen=True)
class SiteSpec:
    """One site: its people's languages, its skills, its clearance, and what an hour or a month of work costs."""

    site: str
    name: str
    vendor: str
    country: str
    region: str
    time_zone: str
    currency: str
    security: int
    contract_hours: float
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    price: float
    """In-house: loaded pay of one FTE in a month; vendor: price of one productive hour; local currency."""
    attrition_year: float
    quality: float
    productivity: float


ALL_SKILLS = ("review", "live-review", "sensitive", "fraud", "ads", "commerce", "support", "legal", "escalation")
IN_HOUSE = "IN-HOUSE"
VENDORS = {
    IN_HOUSE: ("Own staff", True, 0.0),
    "VENDOR-A": ("Aurora Process Services", False, 0.03),
    "VENDOR-B": ("Boreal Contact Group", False, 0.03),
    "VENDOR-C": ("Cedar Operations", False, 0.04),
    "VENDOR-D": ("Delta Trust Partners", False, 0.03),
}


def _site(
    site: str, name: str, vendor: str, place: str, currency: str, security: int, hours: float, languages: str,
    skills: str, price: float, attrition: float, quality: float, productivity: float,
) -> SiteSpec:  # fmt: skip
    country, region, zone = place.split()
    chosen = ALL_SKILLS if skills == "all" else tuple(skills.split())
    return SiteSpec(
        site, name, vendor, country, region, zone, currency, security, hours, tuple(languages.split()), chosen,
        price, attrition, quality, productivity,
    )  # fmt: skip


SITES = (
    _site("SIN", "Singapore", IN_HOUSE, "SG APAC Asia/Singapore", "SGD", 3, 42.5,
          "EN ID VI TH JA KO ES AR TR", "all", 6900, 0.14, 0.965, 1.04),
    _site("DUB", "Dublin", IN_HOUSE, "IE EU Europe/Dublin", "EUR", 3, 39,
          "EN DE FR IT ES NL PL PT TR AR", "all", 5200, 0.16, 0.965, 1.03),
    _site("SJC", "San Jose", IN_HOUSE, "US AMER America/Los_Angeles", "USD", 3, 40,
          "EN ES PT FR JA KO DE VI", "all", 8100, 0.15, 0.960, 1.03),
    _site("A-MNL", "Manila", "VENDOR-A", "PH APAC Asia/Manila", "PHP", 2, 45,
          "EN ES ID TH JA KO VI PT FR", "review live-review ads commerce support", 640, 0.42, 0.94, 1.0),
    _site("A-KUL", "Kuala Lumpur", "VENDOR-A", "MY APAC Asia/Kuala_Lumpur", "MYR", 2, 45,
          "EN ID VI TH JA KO AR TR ES", "review live-review sensitive fraud", 64, 0.34,
          0.945, 1.0),
    _site("B-BOG", "Bogota", "VENDOR-B", "CO AMER America/Bogota", "COP", 2, 46,
          "ES PT EN FR IT DE", "review commerce support", 55500, 0.38, 0.94, 0.99),
    _site("B-LIS", "Lisbon", "VENDOR-B", "PT EU Europe/Lisbon", "EUR", 2, 40,
          "PT ES FR IT DE NL EN PL TR AR", "sensitive fraud ads support legal escalation",
          21.5, 0.28, 0.95, 1.0),
    _site("C-CAI", "Cairo", "VENDOR-C", "EG EMEA Africa/Cairo", "EGP", 1, 44,
          "AR EN FR DE IT TR ES NL", "review commerce support", 520, 0.36, 0.935, 0.98),
    _site("C-SGN", "Ho Chi Minh City", "VENDOR-C", "VN APAC Asia/Ho_Chi_Minh", "VND", 2, 44,
          "VI EN TH ID KO JA FR", "review live-review ads commerce", 255000, 0.33, 0.94, 0.99),
    _site("D-KRK", "Krakow", "VENDOR-D", "PL EU Europe/Warsaw", "PLN", 2, 40,
          "PL DE EN FR IT NL ES TR PT AR", "review sensitive fraud ads support legal escalation",
          88, 0.26, 0.95, 1.01),
)  # fmt: skip
FX = {
    "USD": 1.0, "EUR": 1.09, "SGD": 0.745, "PHP": 0.0176, "MYR": 0.226, "COP": 0.000245, "EGP": 0.0205,
    "VND": 0.0000396, "PLN": 0.253,
}  # fmt: skip
"""Plan currency (USD) per unit, at the start of the plan."""
CURRENCY_DRIFT = {"EGP": -0.004, "COP": -0.002, "PHP": -0.0005, "EUR": 0.0005}
"""Change of the rate per month; other currencies hold."""

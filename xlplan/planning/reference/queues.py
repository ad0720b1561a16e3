"""Lines of business and their queues: what they handle, how fast, how much."""

from __future__ import annotations

from dataclasses import dataclass

LOBS = {
    "short-video": "Short video",
    "live": "Live",
    "comments": "Comments",
    "search": "Search & suggestions",
    "profiles": "Profiles and usernames",
    "ads": "Ads review",
    "shop-listings": "Shop listings",
    "shop-buyers": "Shop buyer support",
    "sellers": "Seller support",
    "creators": "Creator support",
    "users": "User support",
    "appeals": "Appeals & legal escalations",
}
SUPPORT = {"shop-buyers", "sellers", "creators", "users"}
"""Lines of business that talk to people; the others moderate content."""


@dataclass(frozen=True)
class QueueSpec:
    """One queue of the reference organisation.

    ``goal`` is the answer time in seconds of a live queue, the turnaround in hours of a deferrable one and the
    statutory clock in hours of a clock queue; ``weekly`` is items a week over all languages.
    """

    lob: str
    queue: str
    channel: str
    work_type: str
    aht_s: float
    weekly: float
    goal: float
    languages: int
    severity: int
    security: int
    skill: str

    @property
    def audience(self) -> str:
        """Whom the queue serves."""
        return {"ads": "advertiser", "sellers": "seller", "creators": "creator", "shop-buyers": "buyer"}.get(
            self.lob, "user"
        )


_SPECS = """
short-video   sv-uploads        review    deferrable  34  620000   24  8  3  1  review
short-video   sv-reports        review    deferrable  55  310000   12  7  2  1  review
short-video   sv-recheck        appeal    deferrable  85   42000   48  5  3  1  review
short-video   sv-sensitive      review    clock       75   18000   24  4  1  3  sensitive
short-video   sv-trends         review    deferrable  40   66000   72  3  4  1  review
live          lv-streams        review    live        28  240000   60  6  2  2  live-review
live          lv-reports        review    deferrable  45   96000    4  5  2  2  live-review
live          lv-gifts          review    deferrable 140   14000   24  3  3  2  fraud
live          lv-minors         review    clock       90    7500    4  4  1  3  sensitive
live          lv-appeals        appeal    deferrable 150    9000   48  3  3  1  review
comments      cm-reports        review    deferrable  21  540000   24  6  3  1  review
comments      cm-spam           review    deferrable  19  430000   24  4  4  1  review
comments      cm-harassment     review    deferrable  44  120000   12  5  2  1  review
comments      cm-appeals        appeal    deferrable  60   33000   72  4  3  1  review
comments      cm-minors         review    clock       70    8000   24  3  1  3  sensitive
search        ss-terms          review    deferrable  30   52000   48  4  3  1  review
search        ss-hashtags       review    deferrable  34   38000   48  4  3  1  review
search        ss-suggestions    review    deferrable  26   30000   72  4  4  1  review
search        ss-crisis         review    clock       95    3200    4  3  1  2  sensitive
search        ss-appeals        appeal    deferrable  80    6000   72  2  4  1  review
profiles      pf-photos         review    deferrable  18  260000   24  5  3  1  review
profiles      pf-names          review    deferrable  19  190000   48  5  4  1  review
profiles      pf-imposters      ticket    deferrable 210   11000   24  4  2  2  fraud
profiles      pf-age            ticket    deferrable 120   36000   48  5  2  2  sensitive
profiles      pf-appeals        appeal    deferrable  90   15000   72  3  3  1  review
ads           ad-creatives      review    deferrable  62  150000   24  6  3  1  ads
ads           ad-landing-pages  review    deferrable  95   48000   24  4  3  1  ads
ads           ad-political      review    deferrable 260    4200   48  4  2  2  ads
ads           ad-fraud          review    deferrable 180   12000   12  3  2  2  fraud
ads           ad-appeals        appeal    deferrable 170    9500   48  4  3  1  ads
shop-listings sl-new            review    deferrable  48  180000   24  4  3  1  commerce
shop-listings sl-reports        review    deferrable  70   52000   24  4  2  1  commerce
shop-listings sl-counterfeit    review    deferrable 190   16000   48  4  2  2  fraud
shop-listings sl-restricted     review    deferrable 110   24000   24  3  2  2  commerce
shop-listings sl-appeals        appeal    deferrable 150   12000   72  3  3  1  commerce
shop-buyers   sb-chat           chat      live       420   62000   60  6  3  1  support
shop-buyers   sb-calls          voice     live       380   21000   30  4  3  1  support
shop-buyers   sb-refunds        ticket    deferrable 300   44000   48  4  3  1  support
shop-buyers   sb-delivery       ticket    deferrable 240   52000   48  4  3  1  support
shop-buyers   sb-complaints     ticket    deferrable 540    8200   24  4  2  1  support
sellers       se-chat           chat      live       480   34000   60  4  3  1  support
sellers       se-calls          voice     live       450   12000   30  3  3  1  support
sellers       se-onboarding     ticket    deferrable 600   12500   72  4  3  1  support
sellers       se-payouts        ticket    deferrable 420   14500   48  4  2  2  support
sellers       se-violations     appeal    deferrable 360   13000   48  4  3  1  commerce
creators      cr-chat           chat      live       460   18000   90  4  3  1  support
creators      cr-tickets        ticket    deferrable 330   26000   48  4  3  1  support
creators      cr-earnings       ticket    deferrable 390    9000   48  4  3  2  support
creators      cr-rights         ticket    deferrable 480    6500   72  3  2  2  legal
creators      cr-hacked         ticket    deferrable 420    7800   12  4  1  2  fraud
users         us-chat           messaging live       360   56000  120  6  3  1  support
users         us-login          ticket    deferrable 180   64000   24  5  3  2  support
users         us-bugs           ticket    deferrable 150   58000   72  4  4  1  support
users         us-safety         ticket    deferrable 270   22000   12  5  1  2  sensitive
users         us-privacy        ticket    deferrable 420   10500   72  4  2  2  legal
appeals       ap-bans           appeal    deferrable 200   38000   48  5  2  2  escalation
appeals       ap-strikes        appeal    deferrable 140   46000   72  4  3  1  escalation
appeals       ap-dsa            appeal    deferrable 320   12000   48  5  2  2  escalation
appeals       ap-law            ticket    clock      540    1800   48  4  1  3  legal
appeals       ap-press          ticket    deferrable 600     900   24  2  2  2  escalation
"""

QUEUES = tuple(
    QueueSpec(p[0], p[1], p[2], p[3], float(p[4]), float(p[5]), float(p[6]), int(p[7]), int(p[8]), int(p[9]), p[10])
    for p in (line.split() for line in _SPECS.strip().splitlines())
)
BLOWS_OUT = ("us-bugs", "AR")
"""The workstream whose volume outgrows its people within the first quarter of the plan."""
NEW_QUEUE = "pf-age"
"""A queue that opened 26 weeks before the plan."""
SKILLS = {
    "review": "Content review",
    "live-review": "Live stream review",
    "sensitive": "Sensitive content",
    "fraud": "Fraud and imposters",
    "ads": "Ads policy",
    "commerce": "Commerce policy",
    "support": "Customer support",
    "legal": "Legal requests",
    "escalation": "Escalations",
}

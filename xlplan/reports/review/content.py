"""What a budget review says: every sheet's blocks from a computed plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from xlplan.reports.review.blocks import Block, Chart, Format, Sheet
from xlplan.reports.sentences import sentences
from xlplan.tables.plan import Plan

WORST = 20


def review(plan: Plan, *, failed: int) -> list[Sheet]:
    """The sheets of the review, in reading order.

    Parameters
    ----------
    plan : Plan
        After a run with its checks.
    failed : int
        Checks of severity error that fail.
    """
    builders: Sequence[Callable[[Plan], Sheet]] = (
        summary, months, lob_view, vendor_view, headcount, allocation, service_risk, assumptions, checks,
    )  # fmt: skip
    return [cover(plan, failed=failed), *(build(plan) for build in builders), sign_off()]


def cover(plan: Plan, *, failed: int) -> Sheet:
    """What is asked, for when, in which money, and whether the checks pass."""
    periods = plan["tblPeriod"]
    currency = plan.name("PlanCurrency")
    facts = [
        ("Plan", plan.name("PlanId")),
        ("Period", f"{periods['start'].iloc[0]:%Y-%m-%d} to {periods['end'].iloc[-1]:%Y-%m-%d}"),
        ("Currency and rates", f"{currency}, {plan.name('RateType')} rates of tblFx"),
        ("Ask", f"{currency} {plan['tblBudget']['amount_plan'].sum():,.0f}"),
        ("State", plan.name("State")),
        ("Checks", "all pass" if not failed else f"{failed} fail: see Checks"),
        ("Stamp", plan.names.get("Stamp") or "not stamped"),
    ]
    told = sentences(plan, failed=failed, where="this workbook")[:-1]
    return Sheet(
        "Cover",
        "Budget review",
        "Values only: no macros, no links, nothing to install. Totals are sums of the rows above them.",
        (
            Block("The plan", pd.DataFrame(facts, columns=["item", "value"]), {"value": "long"}),
            Block("In short", pd.DataFrame({"sentence": told}), {"sentence": "long"}),
        ),
    )


def summary(plan: Plan) -> Sheet:
    """Cost by month and vendor; people needed against people placed."""
    budget = plan["tblBudget"]
    cost = budget.pivot_table(index="month", columns="vendor", values="amount_plan", aggfunc="sum", fill_value=0.0)
    by_month = _months(cost.reset_index(), "month")
    need = plan["tblReq"].groupby("period")["gross_fte"].sum()
    placed = plan["tblAllocation"].groupby("period")["fte"].sum()
    people = (
        plan["tblPeriod"][["period"]]
        .set_index("period")
        .join(need.rename("FTE needed"))
        .join(placed.rename("FTE placed"))
    )
    people = people.fillna(0.0).reset_index().assign(gap=lambda f: f["FTE placed"] - f["FTE needed"])
    vendors = tuple(str(name) for name in cost.columns)
    return Sheet(
        "Summary",
        "Summary",
        "What it costs by month and vendor, and whether the people are there.",
        (
            Block(
                "Cost by month and vendor",
                by_month,
                {"month": "month", **dict.fromkeys(vendors, _as("money"))},
                dict.fromkeys(vendors, plan.name("PlanCurrency")),
                total=vendors,
                row_total="all",
            ),
            Block(
                "FTE by period",
                people,
                dict.fromkeys(("FTE needed", "FTE placed", "gap"), _as("tenth")),
                dict.fromkeys(("FTE needed", "FTE placed", "gap"), "FTE"),
                note="Needed at the current mix of sites; the gap is placed less needed, short is negative.",
            ),
        ),
        (
            Chart(0, "stacked", "Cost by month and vendor", "month", vendors, plan.name("PlanCurrency")),
            Chart(1, "line", "FTE needed and placed", "period", ("FTE needed", "FTE placed"), "FTE"),
        ),
    )


def months(plan: Plan) -> Sheet:
    """Each cost line by month."""
    rows = plan["tblBudget"].pivot_table(
        index="line", columns="month", values="amount_plan", aggfunc="sum", fill_value=0.0
    )
    rows.columns = [f"{month:%Y-%m}" for month in rows.columns]
    names = tuple(rows.columns)
    return Sheet(
        "PnL_Month",
        "Month by line",
        "Which cost falls in which month. Weeks that straddle two months bill to each by their days.",
        (
            Block(
                "Cost by line and month",
                rows.reset_index(),
                dict.fromkeys(names, _as("money")),
                dict.fromkeys(names, plan.name("PlanCurrency")),
                total=names,
                row_total="all months",
            ),
        ),
    )


def lob_view(plan: Plan) -> Sheet:
    """Volume, work, people and cost of each line of business."""
    required = plan["tblReq"].assign(lob=lambda f: f["lob"].fillna("none"))
    work = required.groupby("lob").agg(
        volume=("volume", "sum"), workload=("workload_hours", "sum"), required=("required_hours", "sum")
    )
    placed = plan["tblAllocation"].assign(lob=lambda f: f["lob"].fillna("none"))
    served = placed.groupby("lob")["served_hours"].sum()
    days = plan["tblPeriod"].set_index("period")["days"]
    weight = placed["period"].map(days) / days.sum()
    fte = (placed["fte"] * weight).groupby(placed["lob"]).sum()
    cost = plan["tblBudget"].groupby("lob")["amount_plan"].sum().rename({"ANY": "none"})
    frame = work.join(served.rename("served")).join(fte.rename("FTE, mean")).join(cost.rename("cost"), how="outer")
    frame = frame.fillna(0.0).rename_axis("lob").reset_index()
    frame["aht"] = _divided(frame["workload"] * 3600, frame["volume"])
    frame["unmet"] = (frame["required"] - frame["served"]).clip(lower=0)
    frame["unit cost"] = _divided(frame["cost"], frame["volume"])
    columns = ["lob", "volume", "aht", "workload", "required", "served", "unmet", "FTE, mean", "cost", "unit cost"]
    currency = plan.name("PlanCurrency")
    hours = dict.fromkeys(("workload", "required", "served", "unmet"), "hours")
    return Sheet(
        "LoB_View",
        "Lines of business",
        "Who needs what, and what a unit of it costs.",
        (
            Block(
                "By line of business",
                frame[columns],
                {
                    **dict.fromkeys(("volume", "workload", "required", "served", "unmet"), _as("whole")),
                    "aht": "tenth",
                    "FTE, mean": "tenth",
                    "cost": "money",
                    "unit cost": "rate",
                },
                {"volume": "items", "aht": "seconds", **hours, "FTE, mean": "FTE", "cost": currency,
                 "unit cost": f"{currency} per item"},
                total=("volume", "workload", "required", "served", "unmet", "FTE, mean", "cost"),
                note="Costs that belong to no line of business stand under none.",
            ),
        ),
    )  # fmt: skip


def vendor_view(plan: Plan) -> Sheet:
    """Hours, people and cost of each site, and what contracts promise."""
    placed = plan["tblAllocation"]
    days = plan["tblPeriod"].set_index("period")["days"]
    weighted = placed.assign(weighted=placed["fte"] * placed["period"].map(days) / days.sum())
    frame = weighted.groupby(["vendor", "site"]).agg(
        hours=("hours", "sum"), served=("served_hours", "sum"), fte=("weighted", "sum")
    )
    cost = plan["tblBudget"].groupby(["vendor", "site"])["amount_plan"].sum().rename("cost")
    frame = frame.join(cost, how="outer").fillna(0.0).reset_index()
    frame["share"] = _divided(frame["served"], pd.Series(frame["served"].sum(), index=frame.index))
    frame["rate"] = _divided(frame["cost"], frame["served"])
    currency = plan.name("PlanCurrency")
    blocks = [
        Block(
            "By vendor and site",
            frame[["vendor", "site", "fte", "hours", "served", "share", "cost", "rate"]],
            {"fte": "tenth", "hours": "whole", "served": "whole", "share": "percent", "cost": "money", "rate": "rate"},
            {"fte": "FTE, mean", "hours": "productive hours", "served": "reference hours", "share": "of served",
             "cost": currency, "rate": f"{currency} per served hour"},
            total=("fte", "hours", "served", "share", "cost"),
            note="Served hours are productive hours x productivity of the site. ANY holds costs of no single site.",
        )
    ]  # fmt: skip
    invoices = plan["tblInvoicePlan"]
    if not invoices.empty:
        sums = invoices.groupby("contract").agg(
            windows=("window_start", "count"),
            units=("units", "sum"),
            amount=("amount", "sum"),
            shortfall=("shortfall_pay", "sum"),
        )
        contract = plan["tblContract"].set_index("contract")[["vendor", "site", "pricing_unit", "currency"]]
        sums = contract.join(sums, how="right").rename_axis("contract").reset_index()
        sums["effective"] = _divided(sums["amount"], sums["units"])
        blocks.append(
            Block(
                "Contracts, each in its own currency",
                sums,
                {"windows": "whole", "units": "whole", "amount": "money", "shortfall": "money", "effective": "rate"},
                {"units": "pricing units", "amount": "contract currency", "shortfall": "contract currency",
                 "effective": "per unit"},
                note="Shortfall is paid only for a minimum commitment. Amounts of different currencies are not added.",
            )
        )  # fmt: skip
    return Sheet("Vendor_View", "Vendors and sites", "Who does the work, at which effective rate.", tuple(blocks))


def headcount(plan: Plan) -> Sheet:
    """The corkscrew of heads by period and by site."""
    walk = plan["tblWalk"]
    moves = ["joins", "transfers_in", "attrition", "transfers_out", "rampdown"]
    if walk.empty:
        nothing = Block("Headcount walk", pd.DataFrame({"note": ["The plan holds no roster."]}), {"note": "long"})
        return Sheet("HC_Walk", "Headcount walk", "How many people, and why they change.", (nothing,))
    order = {period: place for place, period in enumerate(plan["tblPeriod"]["period"])}
    columns = ["opening", *moves, "closing", "training_heads", "nesting_heads", "ramped_fte", "paid_fte"]
    periods = walk.groupby("period")[columns].sum().sort_index(key=lambda index: index.map(order)).reset_index()
    first, last = periods["period"].iloc[0], periods["period"].iloc[-1]
    sites = walk.groupby(["vendor", "site"])[moves].sum()
    opening = walk.loc[walk["period"].eq(first)].groupby(["vendor", "site"])["opening"].sum()
    closing = walk.loc[walk["period"].eq(last)].groupby(["vendor", "site"])["closing"].sum()
    by_site = sites.join(opening).join(closing).reset_index()[["vendor", "site", "opening", *moves, "closing"]]
    heads: dict[str, Format] = dict.fromkeys(columns, _as("tenth"))
    return Sheet(
        "HC_Walk",
        "Headcount walk",
        "Opening + joins + transfers in - attrition - transfers out - ramp-down = closing.",
        (
            Block("By period", periods, heads, dict.fromkeys(columns, "heads")),
            Block(
                "By site, whole horizon",
                by_site,
                heads,
                dict.fromkeys(columns, "heads"),
                total=("opening", *moves, "closing"),
            ),
        ),
        (Chart(0, "line", "Heads at the end of each period", "period", ("closing", "ramped_fte"), "heads, FTE"),),
    )


def allocation(plan: Plan) -> Sheet:
    """Each lane with its hours, cost and reason."""
    placed = plan["tblAllocation"]
    key = ["queue", "language", "site"]
    lanes = placed.groupby([*key, "vendor"]).agg(
        hours=("hours", "sum"), served=("served_hours", "sum"), cost=("cost", "sum"), moved=("moved_in_hours", "sum")
    )
    total = placed.groupby(["queue", "language"])["served_hours"].sum().rename("whole")
    lanes = lanes.reset_index().merge(total.reset_index(), on=["queue", "language"])
    lanes["share"] = _divided(lanes["served"], lanes["whole"])
    reasons = plan["tblReason"].drop_duplicates(key)[[*key, "kind", "sentence"]]
    lanes = lanes.merge(reasons, on=key, how="left").sort_values([*key[:2], "share"], ascending=[True, True, False])
    columns = [*key, "vendor", "hours", "share", "moved", "cost", "kind", "sentence"]
    return Sheet(
        "Allocation",
        "Where the work lives",
        "Each workstream's sites over the whole horizon, with the reason of the first period.",
        (
            Block(
                "By lane",
                lanes[columns].fillna({"kind": "", "sentence": ""}),
                {"hours": "whole", "share": "percent", "moved": "whole", "cost": "money", "sentence": "long"},
                {"hours": "productive hours", "share": "of served", "moved": "hours moved in",
                 "cost": plan.name("PlanCurrency")},
                total=("hours", "moved", "cost"),
            ),
        ),
    )  # fmt: skip


def service_risk(plan: Plan) -> Sheet:
    """Where hours are missing and which queues break their promise first."""
    gap = plan["tblGap"]
    if gap.empty:
        short = pd.DataFrame({"queue": [], "language": [], "unmet": [], "penalty": []})
    else:
        sums = gap.groupby(["queue", "language"]).agg(
            required=("required", "sum"), unmet=("unmet_hours", "sum"), penalty=("penalty", "sum")
        )
        short = sums.loc[sums["unmet"] > 0.5].sort_values("unmet", ascending=False).head(WORST).reset_index()
    blocks = [
        Block(
            f"Hours without people, the {WORST} largest",
            short,
            {"required": "whole", "unmet": "whole", "penalty": "money"},
            {"required": "hours", "unmet": "hours", "penalty": plan.name("PlanCurrency")},
            note="Declared shortfall: required less served, priced at the queue's penalty." if len(short) else "None.",
        )
    ]
    risk = plan["tblBlowout"]
    if not risk.empty:
        worst = risk.sort_values(["breach_probability", "queue"], ascending=[False, True]).head(WORST)
        columns = ["queue", "language", "breach_probability", "first_breach", "act_by", "fix", "fix_cost"]
        blocks.append(
            Block(
                f"Workstreams most likely to miss their goal, the first {WORST}",
                worst[columns],
                {"breach_probability": "percent", "first_breach": "date", "act_by": "date", "fix": "long",
                 "fix_cost": "money"},
                {"fix_cost": plan.name("PlanCurrency")},
                note="The goal is the turnaround; of live work, hours enough for all that comes. Staff for just the "
                "forecast gives 50%: more comes as often as less.",
            )
        )  # fmt: skip
    return Sheet(
        "Service_Risk", "Service risk", "What will not be done in time, and the last day to act.", tuple(blocks)
    )


def assumptions(plan: Plan) -> Sheet:
    """The register."""
    columns = ["assumption", "statement", "table", "column", "value", "owner", "source", "review_by", "confidence"]
    frame = plan["tblAssumption"][columns]
    return Sheet(
        "Assumptions",
        "Assumptions",
        "What the plan takes as given, whose word it is, and until when.",
        (Block("Register", frame, {"statement": "long", "value": "rate", "review_by": "date"}),),
    )


def checks(plan: Plan) -> Sheet:
    """Every check with its result at build time."""
    columns = ["check", "what", "left", "right", "difference", "failures", "severity", "status"]
    frame = plan["tblCheck"][columns]
    return Sheet(
        "Checks",
        "Checks",
        "What must hold for the plan to be right, and whether it does.",
        (
            Block(
                "At build time",
                frame,
                {"what": "long", "left": "rate", "right": "rate", "difference": "rate", "failures": "whole"},
            ),
        ),
    )


def sign_off() -> Sheet:
    """Lines to sign."""
    roles = ["Prepared by", "Reviewed by", "Approved by"]
    frame = pd.DataFrame({"role": roles, "name": "", "decision": "", "date": "", "comment": ""})
    return Sheet("Sign-off", "Sign-off", "Who prepared, reviewed and approved this.", (Block("Lines", frame),))


def _as(name: Format) -> Format:
    return name


def _months(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    frame.columns = [str(name) for name in frame.columns]
    return frame.sort_values(column, ignore_index=True)


def _divided(top: pd.Series[float], bottom: pd.Series[float]) -> pd.Series[float]:
    return top / bottom.where(bottom.ne(0), np.nan)

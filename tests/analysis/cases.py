"""Messages as they arrive, with what a careful reader takes from them. Written for this suite."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

#: A Wednesday, noon in Kampala, Nairobi and Dar es Salaam.
SENT = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """A text and what must come of it. Fields left out are not looked at."""

    text: str
    type: str | None = None
    others: frozenset[str] = frozenset()
    place: str | None = ""
    precision: str | None = None
    numbers: dict[str, tuple[int, int, int] | None] = field(default_factory=dict)
    day: str | None = ""
    severity: str | None = None
    urgency: str | None = None
    country: str | None = None


def numbers(**values: int | tuple[int, int, int] | None) -> dict[str, tuple[int, int, int] | None]:
    return {
        name: (value, value, value) if isinstance(value, int) else value for name, value in values.items()
    }


ENGLISH = [
    Case(
        "Raiders came to Panyangara at dawn, 2 men killed and 40 cows taken",
        "cattle_raid",
        frozenset({"attack"}),
        "ug-kotido-panyangara",
        "ward",
        numbers(killed=2, livestock=40, injured=None),
        severity="severe",
    ),
    Case(
        "There was a heavy exchange of fire near Kapedo yesterday",
        "armed_clash",
        place="ke-baringo-kapedo",
        precision="near",
        day="2026-03-17",
        country="KE",
    ),
    Case(
        "Gunmen abducted five girls from a school in Garissa town on Monday",
        "abduction",
        numbers=numbers(abducted=5, killed=None),
        day="2026-03-16",
        severity="severe",
    ),
    Case(
        "A woman was raped by two soldiers in Malakal last night",
        "sexual_violence",
        place="ss-malakal",
        severity="severe",
        day="2026-03-17",
    ),
    Case(
        "Youth burnt 12 houses and a church in Mbarali",
        "destruction",
        place="tz-mbarali",
        numbers=numbers(killed=None, displaced=None),
        severity="severe",
    ),
    Case(
        "Grenade blast in Mandera, three dead, eight wounded",
        "explosion",
        place="ke-mandera",
        numbers=numbers(killed=3, injured=8),
        severity="extreme",
    ),
    Case(
        "Between 10 and 15 people injured when police fired teargas at protesters in Kibera",
        "crackdown",
        frozenset({"protest"}),
        "ke-nairobi-kibera",
        numbers=numbers(injured=(10, 12, 15), killed=None),
    ),
    Case(
        "More than 200 families have fled Loliondo because of fighting",
        "displacement",
        numbers=numbers(displaced=(600, 1000, 3200)),
    ),
    Case(
        "An angry mob lynched a suspected thief in Mathare this morning",
        "mob_violence",
        place="ke-nairobi-mathare",
        day="2026-03-18",
    ),
    Case(
        "Market traders marched peacefully in Arua over taxes", "protest", place="ug-arua", severity="minor"
    ),
    Case(
        "The two clans are quarrelling over a grazing boundary in Isiolo, no violence yet",
        "dispute",
        numbers=numbers(killed=None),
        severity="minor",
    ),
    Case(
        "Leaflets were dropped in Burnt Forest telling people to leave by Friday",
        "threat",
        urgency="expected",
    ),
    Case(
        "They are going to attack Merti tonight, warriors are gathering with guns",
        "threat",
        frozenset({"mobilisation"}),
        "ke-merti",
        urgency="immediate",
        numbers=numbers(killed=None),
    ),
    Case("Elders of Pokot and Turkana signed a peace agreement in Baragoi", "peace", urgency="past"),
    Case(
        "30 stolen goats were recovered and given back to owners in Kotido",
        "peace",
        place="ug-kotido",
        numbers=numbers(livestock=30),
    ),
    Case(
        "Floods in Kilosa killed 4 people and displaced 300",
        "hazard",
        place="tz-kilosa",
        numbers=numbers(killed=4, displaced=300),
    ),
    Case(
        "Police arrested 6 suspects in Moroto",
        "arrests",
        place="ug-moroto",
        numbers=numbers(killed=None, injured=None, abducted=None),
    ),
    Case("Thugs robbed a shop in Eldoret and took phones", "crime", place="ke-uasin-gishu-eldoret"),
    Case("These people are cockroaches, wipe them out of our land", "hate_speech", place=None),
    Case(
        "RAID KOTIDO 3 DEAD 50 COWS",
        "cattle_raid",
        place="ug-kotido",
        numbers=numbers(killed=3, livestock=50),
    ),
    Case("KASESE*ATTACK*3 DEAD", "attack", place="ug-kasese", numbers=numbers(killed=3)),
    Case("killed 4 injured 9 bwera", "attack", place="ug-kasese-bwera", numbers=numbers(killed=4, injured=9)),
    Case(
        "2 pple klled at kisoro, 5 injurd", "attack", place="ug-kisoro", numbers=numbers(killed=2, injured=5)
    ),
    Case(
        "Attack on Bor, at least 12 civilians dead",
        "attack",
        numbers=numbers(killed=(12, 12, 24)),
        severity="extreme",
        country="SS",
    ),
    Case(
        "about 50 cattle stolen at Baragoi 2 days ago",
        "cattle_raid",
        day="2026-03-16",
        numbers=numbers(livestock=(45, 50, 55)),
    ),
    Case("Militia are distributing machetes to youth in Uvira ahead of the election", "mobilisation"),
]

SWAHILI = [
    Case(
        "Mapigano Kasese karibu na Bwera, watu watatu wameuawa",
        "armed_clash",
        place="ug-kasese-bwera",
        precision="near",
        numbers=numbers(killed=3),
        severity="severe",
    ),
    Case(
        "Wezi wa mifugo wameiba ng'ombe mia mbili huko Marsabit usiku wa kuamkia leo",
        "cattle_raid",
        numbers=numbers(livestock=200, killed=None),
        day="2026-03-17",
    ),
    Case(
        "Watu wenye silaha wamevamia kijiji cha Tandahimba na kuua watu 5",
        "attack",
        place="tz-tandahimba",
        numbers=numbers(killed=5),
        severity="extreme",
    ),
    Case("Wakulima na wafugaji wana mgogoro wa ardhi Kilosa", "dispute", place="tz-kilosa", severity="minor"),
    Case("Msichana amebakwa Temeke jana jioni", "sexual_violence", place="tz-temeke", day="2026-03-17"),
    Case("Watoto wawili wametekwa Goma juzi", "abduction", numbers=numbers(abducted=2), day="2026-03-16"),
    Case(
        "Nyumba 20 zimechomwa moto Kiteto na familia 15 zimekimbia makazi",
        "destruction",
        frozenset({"displacement"}),
        "tz-kiteto",
        numbers=numbers(displaced=(45, 75, 120), killed=None),
    ),
    Case(
        "Polisi wamewatawanya waandamanaji kwa mabomu ya machozi Nairobi, mmoja amejeruhiwa",
        "crackdown",
        numbers=numbers(injured=1, killed=None),
    ),
    Case("Wananchi wenye hasira wamemuua mwizi mmoja Geita", "mob_violence", numbers=numbers(killed=1)),
    Case("Vijana wanagawa mapanga Newala, hali ni tete", "mobilisation", place="tz-newala"),
    Case(
        "Vijana wamekusanyika Mpondwe na mapanga sasa hivi",
        "mobilisation",
        place="ug-kasese-mpondwe",
        country="UG",
    ),
    Case(
        "Youth are gathering with spears and pangas near Kasese",
        "mobilisation",
        place="ug-kasese",
        country="UG",
    ),
    Case(
        "Tutashambulia kijiji chenu kesho",
        "threat",
        place=None,
        day="2026-03-19",
        numbers=numbers(killed=None),
    ),
    Case("Mkutano wa amani umefanyika Isiolo, wazee wamepatana", "peace"),
    Case("Mafuriko Morogoro yameua watu kumi na wawili", "hazard", numbers=numbers(killed=12)),
    Case("Hakuna aliyekufa ila nyumba tatu zimechomwa Mbarali", "destruction", numbers=numbers(killed=0)),
    Case("Majambazi wamepora duka Mtwara mjini", "crime"),
    Case(
        "Wanakuja na mapanga sasa hivi hapa Kapedo, tusaidieni",
        urgency="immediate",
        country="KE",
        place="ke-baringo-kapedo",
    ),
    Case("watu elfu moja na mia tano wamekimbia Bukavu", "displacement", numbers=numbers(displaced=1500)),
    Case(
        "Risasi zinalia Suguta Valley, ng'ombe zaidi ya 100 wamechukuliwa",
        "cattle_raid",
        numbers=numbers(livestock=(100, 100, 200)),
    ),
    Case(
        "Amekufa mzee mmoja na wengine wanne wamejeruhiwa katika shambulio Kuresoi",
        "attack",
        numbers=numbers(killed=1, injured=4),
    ),
    Case(
        "watu 3 wauawa Tana River leo asubuhi",
        "attack",
        place="ke-tana-river",
        numbers=numbers(killed=3),
        day="2026-03-18",
    ),
]

MIXED = [
    Case(
        "karao wameshoot msee mmoja Mathare jana nite, amededi",
        numbers=numbers(killed=1),
        day="2026-03-17",
        place="ke-nairobi-mathare",
    ),
    Case(
        "raiders wameiba cows 60 Kapedo na kuua mzee",
        "cattle_raid",
        numbers=numbers(livestock=60),
        country="KE",
    ),
    Case(
        "Abantu babiri battiddwa e Kasese jjo",
        "attack",
        place="ug-kasese",
        numbers=numbers(killed=2),
        day="2026-03-17",
    ),
    Case(
        "Attaque à Beni hier soir: 7 morts, 3 blessés",
        "attack",
        numbers=numbers(killed=7, injured=3),
        day="2026-03-17",
        country="CD",
    ),
    Case("هجوم على ملكال امس، 4 قتلى", "attack", numbers=numbers(killed=4), day="2026-03-17"),
    Case("Situation in Molo ni mbaya, vijana wanachoma nyumba", "destruction"),
]

NOTHING = [
    Case("Good morning, how are you?", "none", place=None),
    Case("Habari za asubuhi ndugu", "none"),
    Case("Testing testing", "none"),
    Case("Is there fighting in Kotido?", "none", place="ug-kotido"),
    Case("Je, kuna mapigano huko Beni?", "none"),
    Case("What a match! Our striker killed them, 3 goals", "none", numbers=numbers(killed=None)),
    Case("Mshambuliaji wa Yanga amefunga magoli mawili, wamewaua kabisa", "none"),
    Case("My uncle had a heart attack", "none"),
    Case("This heat is killing me", "none", numbers=numbers(killed=None)),
    Case("We must fight corruption", "none"),
    Case("Tupambane na vita dhidi ya ufisadi", "none"),
    Case("There was no attack in Moroto, all is calm", "none"),
    Case("You have won 50000, click here", "none"),
    Case("We went to the field and came home", "unknown", place=None),
    Case("", "unknown", place=None),
]

HEARSAY = [
    Case("I hear that raiders will come to Moroto", "rumour", frozenset({"threat"})),
    Case("Tetesi zinasambaa kuwa watavamia Newala", "rumour", place="tz-newala"),
    Case("Inasemekana watu 4 wameuawa Kiteto", "attack", frozenset({"rumour"}), numbers=numbers(killed=4)),
    Case("Word is that youth want to burn the market in Molo", "rumour"),
]

HARDER = [
    Case(
        "Chief of Panyangara was shot dead by unknown people on Tuesday",
        "attack",
        numbers=numbers(killed=1),
        day="2026-03-17",
    ),
    Case(
        "IED hit a police vehicle on Lamu road, 4 officers dead, 2 critical",
        "explosion",
        numbers=numbers(killed=4, injured=2),
    ),
    Case(
        "cows 30 goats 50 taken from Rengen kraal, 1 herdsboy missing",
        "cattle_raid",
        numbers=numbers(livestock=80, abducted=1),
    ),
    Case("Nimeona kwa macho yangu wanajeshi wakichoma nyumba Uvira", "destruction"),
    Case("Wakichoma nyumba zetu tutaondoka", numbers=numbers(killed=None)),
    Case("Raiders from South Sudan crossed into Moroto", place="ug-moroto"),
    Case("What is happening in Juba? we hear gunshots", "armed_clash", place="ss-juba"),
    Case("Simba wamechinjwa na Yanga 5-0 Dar es Salaam", "none", numbers=numbers(killed=None)),
    Case("Peace committee managed to recover 35 camels", "peace", numbers=numbers(livestock=35)),
    Case("M23 wameteka mji wa Goma", "armed_clash", numbers=numbers(abducted=None)),
    Case(
        "4 people dead and 6 missing after boat capsized", "hazard", numbers=numbers(killed=4, abducted=None)
    ),
    Case("LDUs shot at youth protesting in Kampala, one dead", "crackdown", numbers=numbers(killed=1)),
    Case("Vita kati ya Hema na Lendu Djugu, watu 40 wamekufa", "armed_clash", numbers=numbers(killed=40)),
    Case("ugomvi wa kisima Merti, vijana wawili wamekatwa mapanga", "attack", numbers=numbers(injured=2)),
    Case(
        "Nobody has been hurt in the Bukavu market fire but 60 shops burnt",
        "hazard",
        numbers=numbers(injured=0, killed=None),
    ),
    Case("Election officer beaten in Busia by a gang", "attack", place=None),
    Case("Election officer beaten in Busia by a gang", "attack", place="ug-busia", country="UG"),
    Case("our people in Karenga are fleeing to Kaabong", "displacement", place="ug-karenga"),
    Case("La milice CODECO a brûlé 40 maisons et tué 11 civils à Djugu", numbers=numbers(killed=11)),
    Case("They said they will come back on Sunday to finish us", "threat", day="2026-03-22"),
    Case("non believers should be killed", "hate_speech", numbers=numbers(killed=None)),
    Case(
        "cattle rustling in Nakapiripirit left 3 Karamojong and 1 soldier dead",
        "cattle_raid",
        numbers=numbers(killed=4),
    ),
    Case("police shot dead two protesters in Nakuru", "crackdown", numbers=numbers(killed=2)),
    Case("Mgogoro wa mpaka kati ya vijiji viwili Newala umetatuliwa", "peace", place="tz-newala"),
    Case("Wavamizi wameua watu wawili Lokori na kuondoka na mbuzi 300", "cattle_raid"),
    Case("Askari wamewapiga wafugaji 6 Loliondo na kuchoma boma zao", "attack", frozenset({"destruction"})),
    Case("Kuna tishio la mashambulizi kanisani Jumapili hii Garissa", "threat", numbers=numbers(killed=None)),
    Case("hunger is killing us in Marsabit", place="ke-marsabit", numbers=numbers(killed=None)),
]

ALL = [*ENGLISH, *SWAHILI, *MIXED, *NOTHING, *HEARSAY, *HARDER]

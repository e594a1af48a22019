"""Everyday talk names no place, although lists of places hold every ordinary word as a village.

Measured with all places that this machine has, and with a table of the worst of them.
"""

from pathlib import Path

import pytest

from mbiu.analysis import read
from mbiu.gazetteer import Gazetteer, best

HEAD = (
    "place_id,name,aliases,kind,admin_level,type_local,country,parent_id,pcode,lat,lon,coord_precision,"
    "radius_km,population,match_policy\n"
)
#: Wards, villages and districts of these names exist.
TRAPS = {
    "TZ": "Karibu Mapigano Jana Soko Shule Polisi Umoja Amani Maji Moto Mpaka Same Kisima Barabarani Usiku",
    "UG": "Market Police Mission Border Barracks Hospital Mukama Baana Kibuga Central",
    "KE": "London Mwingi Huruma Base Church",
    "CD": "Bule Route Marche Paix",
}
COUNTRIES = (None, "TZ", "UG", "KE", "SS", "CD")
TALK = {
    "en": """
Good morning officer, how are you today?
Please send airtime, I have no credit left on my phone
Thank you for the training last week, it was very useful
God bless you and your family, happy new year
What a match! We beat them three nil and the keeper was on fire
Our team lost again yesterday, the coach must go
I am selling two cows and five goats, good price, call me
The price of maize and beans has gone up again in the market
Meeting tomorrow at the school at 9, all leaders should attend
The pastor preached about peace and love on Sunday
Let us pray for our sick brother, he is in hospital
Lost phone, if you find it please return to the police station
The road is bad because of the rain, vehicles are getting stuck
Who will win the election? Everybody is talking politics here
The government should build more schools and hospitals
Is this number still working? Test message only
They attacked us at night and burnt three houses, please help
Two people were shot dead near the river this morning
Raiders came and took all our animals, we are still counting
There was fighting at the border yesterday, people are running
Youths are blocking the road with burning tyres near the market
A man was lynched at the trading centre for stealing a goat
soldiers beat people at the barracks, many are injured
fire at the mission hospital, patients moved outside
women were attacked on the way to the borehole
They say there will be an attack tonight but nobody knows where
Chelsea beat Arsenal 2-1, what a game in London
President Samson spoke about the economy on television
My brother John Moses Peter is getting married in December
The ward councillor and the parish chief met the community
new houses are being built on the hill behind the church
village elders sat under the tree and made peace
central police refused to open a file, we need justice
a lorry overturned at the junction and blocked the highway
the water point is dry and the cattle are dying
Happy Easter to you all, may the good Lord keep you
ok
""",
    "sw": """
Habari za asubuhi, mko salama huko?
Asante sana kwa msaada wenu, Mungu awabariki
Karibu sana nyumbani, chakula kiko tayari
Naomba salio la simu tafadhali, nimeishiwa
Jana tulicheza mpira na tukashinda mabao mawili kwa bila
Soko limefungwa leo kwa sababu ya mvua kubwa
Watoto wanaenda shule kesho asubuhi na mapema
Polisi wamefika na hali ni shwari sasa
Mapigano yametokea jana usiku, watu watatu wamefariki
Tunaomba amani na umoja kwa wananchi wote
Moto umeteketeza maduka mengi sokoni usiku wa kuamkia leo
Mwenyekiti wa kijiji ameitisha mkutano wa hadhara kesho
Wezi wamevamia duka na kuiba pesa na simu
Mashamba yetu yameharibiwa na ng'ombe wa wafugaji
Serikali itajenga barabara mpya na zahanati mwaka ujao
Kampeni za uchaguzi zimeanza, wagombea wanapita nyumba kwa nyumba
Mungu ibariki nchi yetu na watu wake
Bei ya unga na sukari imepanda sana mwezi huu
Mwalimu amesema mtihani utafanyika wiki ijayo
Tumeamka salama, mvua imenyesha usiku kucha
Vijana wamefunga barabara na kuchoma matairi karibu na soko
Wamekuja watu wenye silaha msituni, tunaogopa sana
Askari walifika wakapiga risasi hewani, watu wakakimbia porini
Mzee wetu amefariki dunia jana, mazishi ni Jumamosi
Kuna uvumi kwamba watavamia tena usiku, jihadharini
Ndugu zangu tuombeane heri na fanaka katika mwaka mpya
Timu yetu imefungwa tena, kocha afukuzwe
Nahitaji kazi yoyote hata ya ulinzi au shambani
Wakulima na wafugaji wamegombana kuhusu malisho na maji
Gari limepinduka mlimani, abiria kadhaa wameumia
kesho tutakuwa na sherehe ya harusi karibuni wote
mbuzi wangu wamepotea tangu juzi, ukiwaona nijulishe
mkutano wa kamati ya amani utafanyika ofisini saa nne
hali ya usalama ni mbaya sana, watu wamehama makazi yao
ujumbe huu ni wa majaribio tu, usijibu
upande wa mashariki kuna moshi mwingi
kilomita tano kutoka hapa kuna kambi ya waasi
""",
    "lg": """
Wasuze otya ssebo, mulamu?
Webale nnyo okutuyamba, Katonda akuwe omukisa
Tulina olukiiko enkya ku ssaawa ssatu ku ssomero
Nsaba airtime, essimu yange eweddemu ssente
Omupiira gwabadde mulungi, twabawangudde bbiri ku emu
Abaana bagenda ku ssomero enkya ku makya
Emmere ya bbeeyi nnyo mu katale ennaku zino
Abantu basatu battiddwa ekiro, tusaba obuyambi
Abavubuka bookeza emipiira mu luguudo
Ababbi bayingidde mu dduuka ne babba ssente
Ente zaffe zibbiddwa ekiro, tuzinoonya
Enkuba etonnye nnyo, oluguudo lwonooneddwa
Katonda abeere naffe mu biseera bino
Poliisi ezze n'etwala abasajja babiri
Omuliro gwokezza amaduuka mu katale
Tulonda mukulembeze ki omulundi guno?
Omukulu w'ekyalo ayise olukiiko lw'emirembe
Omwana wange mulwadde, ali mu ddwaliro
Abalimi n'abalunzi bayombye olw'ettaka
Mu kkanisa twasabidde emirembe mu ggwanga lyaffe
Tewali buzibu, byonna bitambula bulungi
Nnoonya omulimu gwonna, nnyambeko
Bagamba nti bajja kutulumba ekiro naye tetumanyi
""",
    "fr": """
Bonjour, comment allez-vous aujourd'hui ?
Merci beaucoup pour votre aide, que Dieu vous bénisse
Envoyez-moi du crédit, je n'ai plus d'unités
Notre équipe a gagné deux buts à zéro hier soir
Le prix du manioc a encore augmenté au marché
Il y a une réunion demain à l'école à neuf heures
Des hommes armés ont attaqué le village cette nuit, trois morts
Les jeunes ont barricadé la route et brûlé des pneus
La police a arrêté deux voleurs près du pont
Une maison a pris feu à cause d'un court-circuit
Les enfants sont à la maison, tout va bien
Prions pour la paix dans notre pays
Le chef du quartier demande le calme à tous
Les élections approchent et la campagne est tendue
Une femme a été violée sur la route du champ
Les bandits ont volé vingt vaches à un éleveur
Ceci est un message de test
On entend des tirs depuis ce matin, la population fuit vers la forêt
Je cherche du travail, merci de me rappeler
Les eleveurs et les agriculteurs se disputent la terre et l'eau
la situation est calme mais les gens ont peur
bonne annee a tous et bonne sante
""",
    "ar": """
صباح الخير، كيف حالكم اليوم؟
شكرا جزيلا على المساعدة، بارك الله فيكم
فزنا في المباراة أمس بهدفين مقابل لا شيء
سعر الذرة ارتفع كثيرا في السوق
عندنا اجتماع غدا في المدرسة الساعة التاسعة
هاجم مسلحون القرية ليلا وقتلوا ثلاثة أشخاص
الشباب أغلقوا الطريق وأحرقوا الإطارات
الشرطة قبضت على لصين قرب الجسر
نصلي من أجل السلام في بلدنا
سرقوا خمسين بقرة من المرعى
هذه رسالة تجريبية فقط
الناس خائفون ويهربون إلى الغابة
الرئيس تحدث عن الانتخابات في التلفزيون
أبحث عن عمل، أرجو المساعدة
الوضع هادئ والحمد لله
نريد ماء ودواء للأطفال
nas kan jere be leil, ma fi zol mat
aniina deiru sala, kulu zol yasalli
ita keif? ana kweis
haramiya sirigu bagar taana be leil
""",
    "sheng": """
Niaje wasee, form ni gani leo?
Tuma doh buda, nimesota mbaya
Gor ilichapa hao watu tano bila, ilikuwa moto
Mabeshte wanakam kesho kwa keja yangu
Kuna noma mtaani, karao wanashika watu ovyo
Msee amedungwa kisu na wakora usiku
Mathe ako poa, ameniambia nikupigie
Mayut wanachoma tyre barabarani, msikam
Hiyo match ilikuwa fiti, ref alituibia
Rada iko aje hapo base?
Nimepoteza simu yangu kwa mat, help
Wazito wanataka kura zetu tu, hakuna kitu watatufanyia
""",
}
SENTENCES = [(language, line) for language, lines in TALK.items() for line in lines.strip().splitlines()]


@pytest.fixture(scope="module")
def traps(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    """Every trap as a village, and as a ward that stands by itself."""
    rows = [
        f"{country.lower()},{country},,adm,0,Country,{country},,,1,30,centroid,300,,auto" for country in TRAPS
    ]
    for country, names in TRAPS.items():
        for name in names.split():
            for level, policy in ((5, "cue"), (3, "auto")):
                key = f"{country.lower()}-{name.lower()}-{level}"
                rows.append(
                    f"{key},{name},,adm,{level},Unit,{country},{country.lower()},,1,30,point,5,,{policy}"
                )
    path: Path = tmp_path_factory.mktemp("traps") / "places.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return Gazetteer.from_csv(path)


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return best.gazetteer()


@pytest.mark.parametrize(("language", "text"), SENTENCES)
def test_everyday_talk_names_no_place(places: Gazetteer, language: str, text: str) -> None:
    for country in COUNTRIES:
        for written in (text, text.lower(), text.upper()):
            assert read(written, places, country=country).place is None, (country, written)


@pytest.mark.parametrize(("language", "text"), SENTENCES)
def test_a_village_of_an_ordinary_name_is_no_place_by_itself(
    traps: Gazetteer, language: str, text: str
) -> None:
    assert read(text, traps).place is None
    assert read(text.lower(), traps, country="TZ").place is None


@pytest.mark.parametrize(
    ("text", "place_id"),
    [
        ("attack in Soko village yesterday", "tz-soko-5"),
        ("attack in soko village", "tz-soko-5"),
        ("shambulio katika kijiji cha Karibu jana", "tz-karibu-5"),
    ],
)
def test_a_strong_word_makes_a_name_of_it(traps: Gazetteer, text: str, place_id: str) -> None:
    found = read(text, traps, country="TZ")
    assert place_id in {one.place_id for one in found.candidates}


@pytest.mark.parametrize(
    "text",
    [
        "Mzee Kasese amefariki dunia",
        "Hon. Bukedi spoke about the roads",
        "my name is Moses Kotido",
        "Pastor Arua prayed for us",
        "Mbeya City FC wamefungwa tena",
        "Radio Kampala said it will rain",
        "Nairobi Hospital is full",
        "Uganda Revenue Authority will close at noon",
        "Turkana raiders came again",
        "clashes between Pokot and Turkana",
        "President Samia addressed the nation",
    ],
)
def test_people_and_organisations_are_no_places(text: str) -> None:
    found = read(text, Gazetteer.seed()).place
    assert found is None or found.confidence < 0.6

"""Who works there: sixty names, and what the PBX keeps of a user."""

import re
import unicodedata

from bot.sandbox.pbx.ids import opaque_id
from bot.sandbox.pbx.state import Record

PEOPLE = (
    *("Amara Okafor", "Bjørn Halvorsen", "Chloé Dubois", "Ana Ruiz", "Ben Ito", "Eve Novak"),
    *("Grace O'Brien", "Hiroshi Tanaka", "Ines Carvalho", "Jamal Washington", "Katarzyna Nowak", "Liam Murphy"),
    *("Mei-Ling Chen", "Nikhil Sharma", "Olga Petrova", "Pablo Fernández", "Quynh Nguyen", "Rosa Jiménez"),
    *("Søren Lindqvist", "Tamika Johnson", "Ursula Weber", "Víctor Morales", "Wanjiru Kamau", "Xiaowei Li"),
    *("Yusuf Demir", "Zofia Wiśniewska", "Aisha Rahman", "Benedikt Grün", "Carla Rossi", "Daniel Cohen"),
    *("Esi Mensah", "Finn van der Berg", "Gabriela Souza", "Hana Kim", "Ivan Horvat", "Jasmine Patel"),
    *("Kofi Asante", "Leila Karimi", "Mateusz Zieliński", "Noor Al-Farsi", "Oscar Johansson", "Priya Iyer"),
    *("Rafael Costa", "Sinéad Kelly", "Tomás Novotný", "Uma Krishnan", "Valentina Greco", "William Carter"),
    *("Yara Haddad", "Zanele Dlamini", "Arjun Mehta", "Birgit Schäfer", "Cheng Wei", "Dina Mansour"),
    *("Emeka Eze", "Freya Nilsen", "Goran Kovač", "Alex Morgan", "Alex Morgan", "Julia D'Angelo"),
)
DEPARTMENTS = ("Sales", "Support", "Front Office", "Warehouse", "Finance", "IT")


def user(number: int, name: str) -> Record:
    """A user with every field that /users documents; blank where nothing was filled in."""
    account = f"{_plain(name)}{number}" if PEOPLE.count(name) != 1 else _plain(name)
    return {
        "id": opaque_id("user", number),
        "name": account,
        "enabled": True,
        "email": f"{account}@example.com",
        "display_name": name,
        "role": "User",
        "mobile_phone": None,
        "work_phone": f"+442079460{number % 1000:03}",
        "department": DEPARTMENTS[number // 10 % len(DEPARTMENTS)],
        "extension_number": str(number),
        "created_at": "2025-03-04T09:30:00Z",
    }


def _plain(name: str) -> str:
    """An account name: lower-case letters, dashes and one dot."""
    folded = name.replace("ø", "o").replace("'", "")
    letters = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode().lower()
    first, _, last = re.sub(r"[^a-z -]", "", letters).partition(" ")
    return f"{first}.{last.replace(' ', '-')}"

"""Sentences and names for drawn pages: ordinary English, written for this benchmark."""

import random

SENTENCES = (
    "The lift is out of order until the engineer has been.",
    "Please return all library books before the end of term.",
    "Your parcel was left with the neighbour at number seven.",
    "We are sorry to hear that the kettle leaks.",
    "A deposit is taken for each key and returned in full.",
    "The choir meets on Thursdays in the hall behind the church.",
    "Do not leave bicycles in front of the cellar door.",
    "Our bakery opens at six and closes when the bread is gone.",
    "The roof was inspected in spring and found to be sound.",
    "Anyone who finds a grey cat is asked to ring this number.",
    "Payment is due within thirty days of the date above.",
    "The minutes of the last meeting were read and approved.",
    "Visitors sign the book at the gate and wear a badge.",
    "It rained for most of the week, but the hay was saved.",
    "Trains to the airport leave from platform four.",
    "The committee thanks all who gave their time and money.",
    "Keep the medicine out of the reach of children.",
    "Two chairs and a small table are missing from room nine.",
    "The offer ends when the last of the stock is sold.",
    "He asked whether the bridge would bear a loaded lorry.",
    "Turn the handle to the left and lift the lid.",
    "The garden is watered early, before the sun is on it.",
    "Nobody was hurt, and the damage was soon repaired.",
    "Tenants may use the laundry from seven to nine.",
    "The new clerk begins on Monday and will share your desk.",
    "Boil the beans for an hour and drain them well.",
    "The doctor sees patients without an appointment on Fridays.",
    "All prices include tax but not the cost of delivery.",
    "She kept the letters in a tin under the stairs.",
    "If the alarm sounds, walk to the car park and wait.",
    "The museum is closed for repairs until further notice.",
    "Write clearly, in ink, and do not fold the form.",
    "The goods remain ours until they are paid for.",
    "Thank you for your order, which we received today.",
    "The path along the river is flooded after heavy rain.",
    "Each guest has a towel, a key and a map of the town.",
    "The heating comes on at five and goes off at eleven.",
    "A copy of this letter has been sent to your bank.",
    "The school needs three more helpers for the summer fair.",
    "Wash the wool by hand and dry it flat.",
)
# Low letters and few ascenders: lines that a finder may cut at the height of an x.
LOW_SENTENCES = (
    "Some vans were seen near our own avenue no more.",
    "As soon as we measure a room, we can give a sum.",
    "In a warm season we mow once in six or seven weeks.",
    "One can reserve a room as soon as a reason is given.",
    "No one saw us cross a narrow arm or come near.",
    "The nurse was on our ward once more, we are sure.",
)
ITEMS = (
    "Paper", "Envelopes", "Ink", "Candles", "Rope", "Nails", "Screws", "Paint", "Brushes", "Soap",
    "Coffee", "Sugar", "Flour", "Butter", "Apples", "Pears", "Onions", "Rice", "Salt", "Tea",
    "Gloves", "Boots", "Lamps", "Batteries", "Cable", "Hinges", "Locks", "Glass", "Timber", "Glue",
)  # fmt: skip
ENTRIES = (
    "Rent", "Water", "Electricity", "Insurance", "Salary", "Interest", "Refund", "Repairs",
    "Telephone", "Bank charges", "Transfer", "Membership", "Travel", "Postage", "Cleaning",
)  # fmt: skip
CHAPTERS = (
    "Before you begin", "Tools and materials", "Measuring the room", "Laying the floor",
    "Doors and frames", "Paint and paper", "Lamps and switches", "Care and cleaning",
    "Useful addresses", "Index of terms", "Stairs and rails", "Shelves and hooks",
)  # fmt: skip
SURNAMES = (
    "MARCHETTI", "OYELARAN", "LINDQVIST", "FAIRWEATHER", "KOWALCZYK", "BEAUMONT", "HARGREAVES",
    "DELACROIX", "WINTERTON", "CASTELLANO",
)  # fmt: skip
STREETS = ("Mill Lane", "Station Road", "Church Street", "Park Avenue", "Bridge Street")
TOWNS = ("Ashford", "Marlow", "Kendal", "Penrith", "Thornbury", "Wexcombe")
TITLES = ("ANNUAL MEETING", "HOUSE RULES", "PRICE LIST", "LOST AND FOUND", "OPENING HOURS")


def sentences(source: random.Random, count: int, among: tuple[str, ...] = SENTENCES) -> str:
    """So many different sentences, one after the other."""
    return " ".join(source.sample(among, count))


def money(source: random.Random, most: float = 5000) -> str:
    """An amount with thousands separators and two decimals, without a sign."""
    return f"{source.uniform(1, most):,.2f}"


def signed(source: random.Random, most: float = 5000) -> str:
    """An amount with one of the signs that statements print."""
    amount = money(source, most)
    return source.choice((f"-{amount}", f"+{amount}", f"\u2212{amount}", f"({amount})"))

"""The sensor's feature buffers and its library of templates: combine, store, load, match, search, delete."""

from sim import features
from sim.command import OK, Answer, Command, Commands, number
from sim.flash import Flash
from sim.instructions import Confirmation, Instruction
from sim.profiles import Profile

# Scores below are no match; the family calls the strictness "security level" 1..5 (R503 user manual 1.2.2 p. 12)
_THRESHOLDS = {1: 60, 2: 70, 3: 80, 4: 100, 5: 120}
_INDEX_PAGE = 256


class Library:
    """Two buffers without power and the templates in flash; page numbers count from 0."""

    def __init__(self, profile: Profile, flash: Flash) -> None:
        self._profile = profile
        self._flash = flash
        self.buffers: dict[int, bytes] = {}

    @property
    def commands(self) -> Commands:
        """The instructions that work on features and templates."""
        return {
            Instruction.Match: Command(0, self._match),
            Instruction.Search: Command(5, self._search),
            Instruction.HiSpeedSearch: Command(5, self._search),
            Instruction.RegModel: Command(0, self._combine),
            Instruction.Store: Command(3, self._store),
            Instruction.LoadChar: Command(3, self._load),
            Instruction.UpChar: Command(1, self._upload),
            Instruction.Delete: Command(4, self._delete),
            Instruction.Empty: Command(0, self._empty),
            Instruction.TemplateNum: Command(0, self._count),
            Instruction.ReadIndexTable: Command(1, self._index),
        }

    def put(self, buffer: int, data: bytes) -> None:
        """Fill a buffer with features or a template."""
        self.buffers[self._slot(buffer)] = data[: self._profile.template_size].ljust(self._profile.template_size, b"\0")

    @staticmethod
    def _slot(buffer: int) -> int:
        # Any number but 1 means the second buffer (ZFM-70 user manual, Img2Tz)
        return 1 if buffer == 1 else 2

    def _match(self, _: bytes) -> Answer:
        score = features.score(self.buffers.get(1, b""), self.buffers.get(2, b""))
        code = Confirmation.OK if score >= self._threshold else Confirmation.NO_MATCH
        return Answer(code, score.to_bytes(2, "big"))

    def _search(self, parameters: bytes) -> Answer:
        wanted = self.buffers.get(self._slot(parameters[0]), b"")
        first, count = number(parameters[1:3]), number(parameters[3:5])
        scores = [
            (features.score(wanted, template), -page)
            for page, template in self._flash.templates.items()
            if first <= page < first + count
        ]
        score, page = max(scores, default=(0, 0))
        if score < self._threshold:
            return Answer(Confirmation.NOT_FOUND, bytes(4))
        return Answer(parameters=(-page).to_bytes(2, "big") + score.to_bytes(2, "big"))

    def _combine(self, _: bytes) -> Answer:
        one, other = self.buffers.get(1, b""), self.buffers.get(2, b"")
        if features.score(one, other) < self._threshold:
            return Answer(Confirmation.CANNOT_COMBINE)
        self.buffers[2] = one
        return OK

    def _store(self, parameters: bytes) -> Answer:
        page, slot = number(parameters[1:3]), self._slot(parameters[0])
        if page >= self._profile.capacity:
            return Answer(Confirmation.PAGE_OUT_OF_RANGE)
        self._flash.templates[page] = self.buffers.get(slot, bytes(self._profile.template_size))
        return OK

    def _load(self, parameters: bytes) -> Answer:
        page = number(parameters[1:3])
        if page >= self._profile.capacity:
            return Answer(Confirmation.PAGE_OUT_OF_RANGE)
        if page not in self._flash.templates:
            return Answer(Confirmation.TEMPLATE_UNREADABLE)
        self.put(parameters[0], self._flash.templates[page])
        return OK

    def _upload(self, parameters: bytes) -> Answer:
        data = self.buffers.get(self._slot(parameters[0]))
        return Answer(upload=data) if data else Answer(Confirmation.CANNOT_UPLOAD_FEATURES)

    def _delete(self, parameters: bytes) -> Answer:
        first, count = number(parameters[:2]), number(parameters[2:])
        if first + count > self._profile.capacity:
            return Answer(Confirmation.CANNOT_DELETE)
        for page in range(first, first + count):
            self._flash.templates.pop(page, None)
        return OK

    def _empty(self, _: bytes) -> Answer:
        self._flash.templates.clear()
        return OK

    def _count(self, _: bytes) -> Answer:
        return Answer(parameters=len(self._flash.templates).to_bytes(2, "big"))

    def _index(self, parameters: bytes) -> Answer:
        first = parameters[0] * _INDEX_PAGE
        if first >= self._profile.capacity:
            return Answer(Confirmation.PAGE_OUT_OF_RANGE, bytes(_INDEX_PAGE // 8))
        used = sum(1 << page - first for page in self._flash.templates if first <= page < first + _INDEX_PAGE)
        return Answer(parameters=used.to_bytes(_INDEX_PAGE // 8, "little"))

    @property
    def _threshold(self) -> int:
        return _THRESHOLDS[self._flash.security]

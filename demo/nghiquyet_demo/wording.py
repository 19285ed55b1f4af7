"""Every sentence that the page says, in Vietnamese and English, in one table: to one Vietnamese sentence belongs one English."""

from enum import Enum
from html import escape
from typing import Any, Final

import gradio as gr

# Keys of this page's own among those of Gradio.
_PREFIX: Final = "nghiquyet."


class Words(Enum):
    """`NAME = (Vietnamese, English)`; braces take values by name, and whole numbers are written as the language does."""

    TITLE = "Nghị quyết", "Nghị quyết"
    TAB_ARTICLE = "Một bài báo", "One article"
    TAB_COLLECTION = "Nhiều bài báo", "Many articles"
    TAB_CORRECTIONS = "Sửa kết quả", "Corrections"
    TAB_MODELS = "Hai mô hình", "Two models"

    # --- the head of the page (app.py)
    INTRODUCTION = (
        "Đọc tin tức chính sách, tìm chỉ tiêu, người và tổ chức, kèm vị trí của từng mục trong bài.",
        "Reads policy news and finds targets, people and organisations, each with its place in the article.",
    )
    PRIVACY = (
        "Văn bản không rời khỏi máy chạy trang này.",
        "The text does not leave the machine that runs this page.",
    )
    SIGN_IN = "Hãy đăng nhập.", "Please sign in."
    OTHER_LANGUAGE = "English", "Tiếng Việt"
    DARK = "Nền tối", "Dark"
    LIGHT = "Nền sáng", "Light"
    TOOLS = "Ngôn ngữ và nền", "Language and background"

    # --- one article (article_tab.py, article_view.py)
    TEXT = "Bài báo", "Article"
    PASTE = "Dán một bài báo vào đây", "Paste an article here"
    FILE = "Hoặc chọn một tệp", "Or choose a file"
    EXTRACT = "Trích xuất", "Extract"
    CLEAR = "Xóa", "Clear"
    EXAMPLES = "Hoặc thử một bài có sẵn", "Or try an article from here"
    WAITING = "Kết quả sẽ hiện ở đây.", "Results will appear here."
    FOUND = (
        "Tìm thấy {targets} chỉ tiêu, {people} người, {organisations} tổ chức.",
        "Found: targets {targets}, people {people}, organisations {organisations}.",
    )
    NOTHING = "Không tìm thấy gì trong văn bản này.", "Nothing was found in this text."
    NOT_VIETNAMESE = (
        "Phần lớn văn bản này có vẻ không phải tiếng Việt có dấu, nên kết quả có thể sai nhiều.",
        "Most of this text does not look like Vietnamese with its marks, so the results may be quite wrong.",
    )
    FAILED = (
        "Máy chủ gặp lỗi và chưa đọc được văn bản này. Hãy thử lại.",
        "Something went wrong on the server and this text was not read. Please try again.",
    )
    TARGETS = "Chỉ tiêu", "Targets"
    PEOPLE = "Người", "People"
    ORGANISATIONS = "Tổ chức", "Organisations"
    NO_TARGETS = "Không có chỉ tiêu nào.", "No targets."
    NO_PEOPLE = "Không có ai được nêu tên.", "Nobody is named."
    NO_ORGANISATIONS = "Không có tổ chức nào.", "No organisations."
    INDICATOR = "Nội dung chỉ tiêu", "Indicator"
    VALUE = "Giá trị", "Value"
    UNIT = "Đơn vị", "Unit"
    DEADLINE = "Thời hạn", "Deadline"
    OWNER = "Chủ thể", "Owner"
    STATUS = "Tình trạng", "Status"
    SCORE = "Điểm", "Score"
    NAME = "Tên", "Name"
    ROLE = "Chức vụ", "Role"
    BODY = "Cơ quan", "Organisation"
    LEVEL = "Cấp", "Level"
    LOCALITY = "Địa phương", "Locality"
    MENTIONS = "Số lần", "Mentions"
    INCREASE = "tăng", "increase"
    DECREASE = "giảm", "decrease"
    KEEP = "giữ", "keep"
    ELIMINATE = "xóa bỏ", "eliminate"
    PER_YEAR = "mỗi năm", "a year"
    PER_TERM = "cả nhiệm kỳ", "a term"
    PER_MONTH = "mỗi tháng", "a month"
    PER_QUARTER = "mỗi quý", "a quarter"
    FROM = "từ", "from"
    PLANNED = "kế hoạch", "planned"
    ACHIEVED = "đã đạt", "achieved"
    CENTRAL = "trung ương", "central"
    PROVINCE = "tỉnh", "province"
    DISTRICT = "huyện", "district"
    COMMUNE = "xã", "commune"
    VILLAGE = "thôn", "village"
    BY_YEAR = "Số chỉ tiêu theo thời hạn", "Targets by deadline"
    BY_YEAR_HINT = (
        "Mỗi ô là một chỉ tiêu: ô đặc là kế hoạch, ô rỗng là đã đạt. Bấm vào ô để xem trong bài.",
        "Each square is a target: full ones are planned, hollow ones achieved. Click one to see it in the article.",
    )
    NO_YEAR = "không nêu năm", "no year"
    LEGEND = "Ẩn hoặc hiện từng loại", "Show or hide each kind"
    LEAST_SCORE = "Chỉ hiện kết quả có điểm từ", "Show only results that score at least"
    BACK = "Về bảng", "Back to the table"
    SCORES = (
        (
            "Điểm là xác suất để cụm từ được tìm đúng cả loại, chỗ đầu và chỗ cuối: trong mười cụm có điểm 90% thì khoảng chín cụm "
            "đúng. Với người và tổ chức, đó là điểm cao nhất trong các lần nhắc đến. Cụm nào mô hình quá không chắc "
            "thì không hiện."
        ),
        (
            "A score is the probability that kind, beginning and end of a phrase are right: of ten with 90%, about nine are. "
            "For people and organisations it is the best score among the mentions. Phrases that the model is too "
            "unsure of are left out."
        ),
    )
    DOWNLOAD_JSON = "Tải kết quả (JSON)", "Download results (JSON)"

    # --- what cannot be read (articles.py, uploads.py)
    EMPTY = (
        "Chưa có văn bản: hãy dán một bài báo hoặc chọn một ví dụ.",
        "There is no text: paste an article or pick an example.",
    )
    TOO_LONG = (
        "Văn bản dài {length} ký tự, quá giới hạn {limit}: hãy chia nhỏ ra.",
        "The text has {length} characters, over the limit of {limit}: split it.",
    )
    NOT_TEXT = (
        "Đây không phải văn bản thuần: ký tự thứ {at} là {code}. Hãy chép chữ, đừng dán tệp.",
        "This is not plain text: character {at} is {code}. Copy the words instead of the file.",
    )
    WRONG_KIND = (
        "Không đọc được loại tệp của {name}; hãy dùng {kinds}.",
        "{name} is of a kind that cannot be read; use {kinds}.",
    )
    BAD_FILE = (
        "Không đọc được {name}: tệp hỏng, có mật khẩu, hoặc không phải văn bản Unicode. Hãy chép chữ trong tệp và dán vào đây.",
        "{name} cannot be read: it is damaged, locked, or not Unicode text. Copy its words and paste them here.",
    )
    OLD_FILE = (
        "{name} đã được gửi lên quá lâu và đã xóa: hãy chọn lại tệp.",
        "{name} was sent too long ago and is deleted: choose the file again.",
    )
    LARGE_FILE = (
        "{name} lớn quá giới hạn {limit} MB.",
        "{name} is larger than the limit of {limit} MB.",
    )

    # --- many articles (collection_tab.py, collection.py, charts.py)
    COLLECTION_INTRO = (
        "Đưa vào nhiều bài một lúc để so sánh: địa phương nào đặt chỉ tiêu gì, bao nhiêu, bao giờ đạt.",
        "Put in many articles at once and compare: which locality promises what, how much, by when.",
    )
    COLLECTION_FILES = "Các bài báo, .zip hoặc .jsonl", "Articles, .zip or .jsonl"
    COLLECTION_READ = "Đọc tất cả", "Read them all"
    COLLECTION_EXAMPLES = "Thử với các bài mẫu", "Try the sample articles"
    COLLECTION_STOP = "Dừng", "Stop"
    COLLECTION_WAITING = "Chọn các tệp rồi bấm “Đọc tất cả”.", "Choose files, then press “Read them all”."
    COLLECTION_OPENING = "Đang mở các tệp…", "Opening the files…"
    COLLECTION_PROGRESS = "Đã đọc {done}/{total} bài.", "{done} of {total} articles read."
    COLLECTION_NO_FILES = "Chưa có tệp nào: hãy chọn ít nhất một tệp.", "There are no files yet: choose at least one."
    COLLECTION_DONE = "Đã đọc {articles} bài, tìm thấy {targets} chỉ tiêu.", "{articles} articles read, {targets} targets found."
    COLLECTION_SHOWN = "Đang xem {shown} trong {all} chỉ tiêu.", "{shown} of {all} targets shown."
    COLLECTION_CUT = (
        "Bảng dừng ở {limit} dòng đầu; các tệp tải về có đủ {all} dòng.",
        "The table stops at the first {limit} rows; the downloads have all {all}.",
    )
    COLLECTION_FAULTS = "{count} bài không đọc được", "{count} articles could not be read"
    FILTER_HINT = "Để trống: xem tất cả", "Empty: show all"
    CHART_INDICATOR = "Biểu đồ giá trị của chỉ tiêu", "Chart the values of"
    CHART_SECTORS = "Số chỉ tiêu theo lĩnh vực", "Targets by sector"
    CHART_VALUES = "Giá trị theo địa phương", "Values by locality"
    CHART_HINT = (
        "Đuôi mờ dần: ít nhất bấy nhiêu. Phần nhạt: có thể thấp đến đó.",
        "A fading end: at least so much. A pale part: it may be as low as that.",
    )
    CHART_LEFT_OUT = (
        "Không vẽ {count} chỉ tiêu: không có số hoặc khác đơn vị tính.",
        "{count} targets are not drawn: they have no number or another unit.",
    )
    CHART_CHOOSE = "Chưa có chỉ tiêu nào có số để vẽ.", "No target with a number to draw."
    COLUMN_SECTOR = "Lĩnh vực", "Sector"
    COLUMN_YEAR = "Năm", "Year"
    COLUMN_MEASURE = "Chỉ tiêu chung", "Common indicator"
    COLLECTION_TABLE = "Chỉ tiêu của mọi bài", "Targets of all articles"
    DOWNLOAD_EXCEL = "Tải Excel", "Excel"
    DOWNLOAD_CSV = "Tải CSV", "CSV"
    DOWNLOAD_JSONL = "Tải JSONL", "JSONL"
    DOWNLOAD_REPORT = "Tải báo cáo để in", "Report to print"
    REPORT_TITLE = "Báo cáo chỉ tiêu", "Report on targets"
    REPORT_MADE = (
        "Lập ngày {date} từ {articles} bài. Máy tự tìm các chỉ tiêu này: hãy đối chiếu với bài gốc trước khi trích dẫn.",
        "Made on {date} from {articles} articles. A program found these targets: check them against the articles before quoting.",
    )
    REPORT_FILTERED = "Chỉ gồm: {what}.", "Only: {what}."
    UNKNOWN = "chưa rõ", "unknown"
    SECTOR_ECONOMY = "Kinh tế", "Economy"
    SECTOR_AGRICULTURE = "Nông nghiệp, nông thôn mới", "Agriculture, new countryside"
    SECTOR_EDUCATION = "Giáo dục", "Education"
    SECTOR_HEALTH = "Y tế", "Health"
    SECTOR_WELFARE = "Giảm nghèo, việc làm, an sinh", "Poverty, jobs, welfare"
    SECTOR_PARTY = "Xây dựng Đảng, bộ máy", "Party and officials"
    SECTOR_INFRASTRUCTURE = "Hạ tầng, đô thị", "Infrastructure"
    SECTOR_ENVIRONMENT = "Môi trường, rừng", "Environment, forests"
    SECTOR_DEFENCE = "Quốc phòng, an ninh", "Defence, security"
    SECTOR_CULTURE = "Văn hóa, du lịch", "Culture, tourism"
    SECTOR_ADMINISTRATION = "Hành chính, chuyển đổi số", "Administration, digital"
    SECTOR_OTHER = "Khác", "Other"
    NOT_READ = "Máy không đọc được bài này.", "The program could not read this article."
    TOO_MANY_ARTICLES = (
        "Từ bài này trở đi không đọc: mỗi lần tối đa {limit} bài.",
        "Not read from here on: {limit} articles at once at most.",
    )
    TOO_LONG_TOGETHER = (
        "Từ bài này trở đi không đọc: mỗi lần tối đa {limit} ký tự tất cả.",
        "Not read from here on: {limit} characters at once at most.",
    )
    EMPTY_FILE = "Tệp trống.", "The file is empty."
    BROKEN_LINE = "Dòng này không phải JSON.", "This line is not JSON."
    NO_TEXT_IN_LINE = 'Dòng này không có "text" là chữ.', 'This line has no "text" that is a string.'
    ZIP_DAMAGED = "Tệp .zip hỏng hoặc không phải .zip: hãy nén lại.", "The .zip file is damaged or not one: pack it again."
    ZIP_EMPTY = "Tệp .zip không có bài nào.", "The .zip file holds no files."
    ZIP_TOO_MANY = (
        "Tệp .zip có {count} tệp, quá giới hạn {limit}: hãy chia nhỏ.",
        "The .zip file holds {count} files, over the limit of {limit}: split it.",
    )
    ZIP_TOO_LARGE = "Tệp .zip bung ra lớn hơn {limit} MB: hãy chia nhỏ.", "Unpacked, the .zip file has over {limit} MB: split it."
    ZIP_PATH = "Tên tệp trỏ ra ngoài tệp .zip, nên không mở.", "Its name points out of the .zip file, so it is not opened."
    ZIP_LINK = "Đây là liên kết, không phải tệp, nên không mở.", "It is a link instead of a file, so it is not opened."
    ZIP_LOCKED = "Tệp có mật khẩu: hãy nén lại không mật khẩu.", "It is locked with a password: pack it without one."
    ZIP_NESTED = "Tệp nén trong tệp nén: hãy bung ra trước.", "An archive in an archive: unpack it first."
    ZIP_FILE_TOO_LARGE = "Tệp bung ra lớn hơn {limit} MB.", "Unpacked, it has over {limit} MB."
    ZIP_BOMB = (
        "Tệp bung ra lớn bất thường, có thể là bom nén, nên không mở.",
        "It unpacks to far too much, perhaps a zip bomb; not opened.",
    )
    ZIP_FILE_DAMAGED = "Tệp này hỏng hoặc nén bằng cách lạ.", "This file is damaged or packed in an unknown way."

    # --- corrections (corrections_tab.py, corrections.py)
    CORRECTIONS_INTRO = (
        "Máy tìm sai hoặc sót? Bấm vào một chỗ đánh dấu để sửa hoặc xóa; bôi đen một cụm từ để thêm. Mỗi thay đổi được lưu ngay.",
        "Wrong or missing? Press a mark to change or delete it; select words to add them. Each change is saved at once.",
    )
    CORRECTIONS_EMPTY = (
        "Chưa có bài nào: hãy đọc một bài ở thẻ “Một bài báo”, rồi quay lại đây.",
        "There is no article yet: read one under “One article”, then come back.",
    )
    CORRECTIONS_LOADED = "Bài có {count} chỗ đánh dấu. Chưa sửa gì.", "The article has {count} marks. Nothing is changed yet."
    CORRECTIONS_SAVED = "Đã lưu: {changes} thay đổi, {count} chỗ đánh dấu.", "Saved: {changes} changes, {count} marks."
    CORRECTIONS_AGREED = "Đã lưu bài này là đúng: {count} chỗ đánh dấu.", "Saved as right: {count} marks."
    CORRECTIONS_NOT_SAVED = (
        "Không lưu được trên máy chủ; thay đổi vừa rồi chưa được giữ. Hãy thử lại.",
        "It could not be saved on the server; the last change is not kept. Try again.",
    )
    CORRECTIONS_FULL = (
        "Tệp bài đã sửa quá {limit} ký tự: hãy tải về, rồi mở lại trang để bắt đầu tệp mới.",
        "The corrected articles have over {limit} characters: download them, then reload the page for a new file.",
    )
    CORRECTIONS_NOT_FOUND = "Không thấy “{phrase}” ở chỗ chưa đánh dấu.", "“{phrase}” is nowhere in the unmarked text."
    CORRECTIONS_UNDO = "Hoàn tác", "Undo"
    CORRECTIONS_AGREE = "Bài này đã đúng, lưu lại", "All right, save it"
    CORRECTIONS_DOWNLOAD = "Tải bài đã sửa (.jsonl)", "Download corrections (.jsonl)"
    CORRECTIONS_DELETE = "Bỏ đánh dấu", "Unmark"
    CORRECTIONS_CLOSE = "Đóng", "Close"
    CORRECTIONS_ADD_AS = "Đánh dấu là:", "Mark as:"
    CORRECTIONS_CHANGE_TO = "Sửa thành:", "Change to:"
    CORRECTIONS_START = "Đầu:", "Start:"
    CORRECTIONS_END = "Cuối:", "End:"
    CORRECTIONS_WORD_BACK = "lùi một chữ", "one word back"
    CORRECTIONS_WORD_ON = "tới một chữ", "one word on"
    CORRECTIONS_PANEL = "Sửa chỗ đánh dấu", "Correct the mark"
    CORRECTIONS_BY_TYPING = "Thêm bằng cách gõ (dùng bàn phím)", "Add by typing (keyboard)"
    CORRECTIONS_PHRASE = "Cụm từ trong bài", "Words of the article"
    CORRECTIONS_LABEL = "Loại", "Kind"
    CORRECTIONS_ADD = "Thêm", "Add"
    CORRECTIONS_USE = (
        "Tệp tải về dùng để huấn luyện lại: xem README, mục “Sửa và huấn luyện lại”.",
        "The file goes back into training: see the README, “Correcting and training again”.",
    )

    # --- two models (models_tab.py)
    MODELS_INTRO = (
        "Hai mô hình đọc cùng một bài; chỗ khác nhau có viền đậm và nằm trong bảng.",
        "Two models read one article; differences have a heavy border and stand in the table.",
    )
    MODELS_COMPARE = "So sánh", "Compare"
    MODELS_WAITING = "Dán một bài rồi bấm “So sánh”.", "Paste an article, then press “Compare”."
    MODELS_SAME = "Hai mô hình giống hệt nhau ở bài này: {count} chỗ.", "The models agree entirely: {count} marks."
    MODELS_FOUND = "Giống nhau {same} chỗ, khác nhau {different} chỗ.", "{same} marks alike, {different} different."
    MODELS_DIFFERENCES = "Chỗ khác nhau", "Differences"
    MODELS_KIND = "Khác ở", "Difference"
    KIND_LABEL = "loại", "kind"
    KIND_BORDERS = "chỗ đầu, chỗ cuối", "borders"
    KIND_BOTH = "loại và chỗ", "kind and borders"
    KIND_FIRST_ONLY = "chỉ mô hình A thấy", "only model A"
    KIND_SECOND_ONLY = "chỉ mô hình B thấy", "only model B"
    MODEL_A = "Mô hình A", "Model A"
    MODEL_B = "Mô hình B", "Model B"
    MODELS_NONE = "Không có chỗ nào khác nhau.", "No differences."

    @property
    def vi(self) -> str:
        return str(self.value[0])

    @property
    def en(self) -> str:
        return str(self.value[1])

    @property
    def label(self) -> Any:
        """For a label, placeholder, title or value of a Gradio component: the browser puts the words of the chosen language in."""
        return _I18N(_PREFIX + self.name.lower())

    def html(self, **values: object) -> str:
        """Both languages as escaped HTML; the style sheet shows the chosen one."""
        vi, en = (escape(words) for words in self.told(**values))
        return f'<span class="nq-w" lang="vi">{vi}</span><span class="nq-w" lang="en">{en}</span>'

    def both(self, **values: object) -> str:
        """Both languages in a line of plain text, for programs and for attributes."""
        vi, en = self.told(**values)
        return vi if vi == en else f"{vi} · {en}"

    def told(self, **values: object) -> tuple[str, str]:
        """The Vietnamese and the English, with values put in."""
        return self.vi.format(**_numbers(values, ".")), self.en.format(**_numbers(values, ","))


def _numbers(values: dict[str, object], thousands: str) -> dict[str, object]:
    return {
        name: f"{value:,}".replace(",", thousands) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in values.items()
    }


def translations() -> gr.I18n:
    """The table as Gradio takes it, with what Gradio itself says on the page; script.js puts it into the chosen language."""
    own = {_PREFIX + words.name.lower(): words.value for words in Words}
    said = own | _GRADIO | {f"{_PREFIX}gradio.{n}": words for n, words in enumerate(_SAID_BY_GRADIO)}
    return gr.I18n(vi={key: vi for key, (vi, _) in said.items()}, en={key: en for key, (_, en) in said.items()})


# Of Gradio's own words those that the page shows, by Gradio's keys; it has no Vietnamese.
_GRADIO: Final = {
    "upload_text.drop_file": ("Kéo tệp vào đây", "Drop a file here"),
    "upload_text.click_to_upload": ("bấm để chọn tệp", "click to choose one"),
    "common.or": ("hoặc", "or"),
    "common.loading": ("Đang đọc", "Reading"),
    "common.clear": ("Bỏ tệp", "Remove the file"),
    "common.error": ("Lỗi", "Error"),
    "errors.use_via_api": ("Dùng từ chương trình (API)", "Use from a program (API)"),
    "file.uploading": ("Đang tải lên", "Uploading"),
    "login.login": ("Đăng nhập", "Sign in"),
    "login.username": ("tên", "name"),
    "login.password": ("mật khẩu", "password"),
    "login.incorrect_credentials": ("Tên hoặc mật khẩu không đúng", "Wrong name or password"),
    "status.queue_position": ("Đang chờ: thứ {position} trong {size}", "Waiting: {position} of {size}"),
}
# What Gradio says in English alone, matched as it stands there. That the page is busy is said in both languages.
_SAID_BY_GRADIO: Final = (
    (
        "Trang đang có quá nhiều người dùng. Xin đợi một phút rồi bấm lại. · Too many people use this page: try again in a minute.",
        "This application is currently busy. Please try again.",
    ),
    ("Mất kết nối", "Connection Lost"),
    ("Mất kết nối với máy chủ. Đang nối lại…", "Connection to the server was lost. Attempting reconnection..."),
    ("Mất kết nối với máy chủ.", "Connection errored out."),
    ("chờ: thứ {position} trong {size} |", "queue: {position}/{size} |"),
    ("đang đọc |", "processing |"),
    ("Đóng", "Close"),
)
_I18N: Final = gr.I18n()

"""What the hub says to people when something is refused, in both languages, by reason."""

from teleop.wire.browser_out import Failure
from teleop.wire.player_out import Bilingual

TEXTS: dict[str, tuple[str, str]] = {
    "origin_missing": ("This request does not say which page it comes from.", "此请求没有说明来自哪个页面。"),
    "origin_wrong": ("This page may not talk to this hub.", "此页面无权访问本服务。"),
    "cross_site": (
        "Another site tried to act for you; that is refused.",
        "其他网站试图以你的身份操作，已被拒绝。",
    ),
    "no_access_level": ("This is not open to anyone.", "此处不对任何人开放。"),
    "not_signed_in": ("Please sign in first.", "请先登录。"),
    "role_missing": ("Your role does not allow this.", "你的身份无权进行此操作。"),
    "wrong_token": ("This token is not valid.", "令牌无效。"),
    "not_local": (
        "Only from this machine, or with the operator's token.",
        "仅限本机访问，或使用操作员令牌。",
    ),
    "too_often": ("That was too often; please wait a little.", "操作过于频繁，请稍候。"),
    "too_long": ("That is too long.", "内容过长。"),
    "malformed": ("The message cannot be read.", "无法读取该消息。"),
    "not_text": ("The message cannot be read.", "无法读取该消息。"),
    "not_json": (
        "Send JSON (Content-Type: application/json).",
        "请发送 JSON（Content-Type: application/json）。",
    ),
    "unknown_field": ("The message has a field that is not known.", "消息中含有未知字段。"),
    "missing_field": ("The message lacks a field.", "消息缺少字段。"),
    "out_of_bounds": (
        "A value in the message is of the wrong kind or out of bounds.",
        "消息中的某个值类型错误或超出范围。",
    ),
    "wrong_pseudonym": (
        "Choose a name of 2 to 24 visible characters.",
        "请选择一个由 2 到 24 个可见字符组成的昵称。",
    ),
    "wrong_consent_version": (
        "The consent text has changed; please read the present one.",
        "同意书已更新，请阅读当前版本。",
    ),
    "withdrawal_unfinished": (
        "Your agreement is withdrawn, but not all recordings are deleted yet. Try again; "
        "if it stays so, tell the operator of this place.",
        "你的同意已撤回，但记录尚未全部删除。请重试；若一直如此，请告知此处的操作员。",
    ),
    "consent_missing": ("Please agree to the recording before you play.", "游玩前请先同意记录。"),
    "turn_running": ("Your turn is running.", "你的这一局正在进行。"),
    "unknown_cell": ("There is no such cell.", "没有这个工作单元。"),
    "unknown_puzzle": ("This cell does not offer that puzzle.", "该工作单元没有这个谜题。"),
    "queue_full": (
        "The queue of this cell is full; please try again later.",
        "该工作单元的队列已满，请稍后再试。",
    ),
    "no_turn": ("You have no turn.", "你现在没有在玩。"),
    "place_expired": (
        "You lost your place because the page was closed for too long.",
        "页面关闭太久，你的排队位置已失效。",
    ),
    "turn_lost": ("Your turn could not start; you are next in line.", "这一局未能开始，你仍排在最前面。"),
    "turn_void": ("Your turn could not start.", "这一局未能开始。"),
    "cell_offline": ("The cell is offline.", "工作单元离线。"),
    "cell_silent": ("The cell did not answer in time.", "工作单元未及时应答。"),
    "cell_refused": ("The cell refused the connection.", "工作单元拒绝了连接。"),
    "cell_full": (
        "Too many people are connected to this cell. Try again in a moment.",
        "连接到此工作单元的人数已满，请稍候再试。",
    ),
    "too_many_connections": (
        "You are connected to this cell from too many pages. Close another one.",
        "你在太多页面上连接了此工作单元，请关闭其他页面。",
    ),
    "too_many_offers": ("Too many connections are being opened.", "正在建立的连接过多。"),
    "bad_offer": ("The browser's connection offer was refused.", "浏览器的连接请求被拒绝。"),
    "not_found": ("There is nothing here.", "这里什么都没有。"),
    "wrong_method": ("This cannot be done here.", "此处不支持该操作。"),
    "bad_request": ("The request was refused.", "请求被拒绝。"),
    "damaged_episode": ("This episode cannot be read.", "无法读取该示教数据。"),
    "damaged_annotations": (
        "The annotations of this episode were changed outside Armcade, so they are not used.",
        "该记录的标注在 Armcade 之外被改动过，因此不予使用。",
    ),
    "author_unknown": (
        "Sign in under a name first: what you save carries it.",
        "请先登录并取一个名字：保存的标注会署上它。",
    ),
    "bad_segments": ("The segments do not fit the episode.", "片段与这条记录不符。"),
    "annotation_conflict": (
        "Someone else saved this annotation meanwhile. Your changes are still here: "
        "look at theirs, then save again.",
        "期间有其他人保存了该标注。你的修改仍在：请先查看对方的版本，再重新保存。",
    ),
    "nothing_changed": ("This is already saved; nothing has changed.", "没有改动，已是保存的内容。"),
    "nothing_to_review": (
        "There is nothing saved yet that could be reviewed.",
        "还没有可供复核的已保存内容。",
    ),
    "own_review": (
        "You saved this yourself; a review is a second person's.",
        "这是你自己保存的；复核须由另一个人进行。",
    ),
    "bad_recipe": ("This recipe cannot be used.", "无法使用此配方。"),
    "nothing_chosen": (
        "No episode fits this search: choose a set that holds some.",
        "没有符合此搜索的记录：请选择非空的集合。",
    ),
    "exports_full": (
        "Too many exports are waiting; cancel one, or wait until one is done.",
        "排队中的导出过多，请取消一个或等待其完成。",
    ),
    "export_over": ("This export is over, or runs already.", "此导出已结束或正在进行。"),
    "failed": ("Something went wrong here; it has been noted.", "服务出错，已记录。"),
}


def failure(reason: str, request: int = 0, detail: str = "") -> Failure:
    """The message for a reason; `detail` is added for whoever wrote the page."""
    en, zh = TEXTS.get(reason, TEXTS["failed"])
    more = f" ({detail})" if detail else ""
    return Failure(version=1, request=request, reason=reason, text=Bilingual(en + more, zh + more))

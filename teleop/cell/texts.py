"""Every sentence that the cell itself says to players, in both languages."""

from teleop.wire.player_out import Bilingual

NO_SHOW = Bilingual(en="Nobody connected in time.", zh="没有人及时连接。")
NOT_STARTED = Bilingual(en="The turn was never started.", zh="本轮没有开始。")
PREPARING_FAILED = Bilingual(
    en="The arm or the pieces could not be made ready.", zh="机械臂或方块未能准备好。"
)
TIME_UP = Bilingual(en="The time is up.", zh="时间到了。")
GIVEN_BACK = Bilingual(en="The player ended the turn.", zh="玩家结束了本轮。")
PLAYER_GONE = Bilingual(en="The connection to the player was lost.", zh="与玩家的连接已断开。")
REVOKED = Bilingual(en="The turn was taken back.", zh="本轮已被收回。")
INTERRUPTED = Bilingual(
    en="The cell was restarted in the middle of the turn.", zh="机械臂站点在本轮中途重新启动。"
)
NOTHING = Bilingual(en="", zh="")
NOT_RECORDED = Bilingual(
    en="The turn could not be recorded, so it ended here.", zh="本轮无法录制，因此提前结束。"
)
UNRECORDED = Bilingual(
    en="The recording has failed; you may play on, but this turn is not kept.",
    zh="录制失败；你可以继续玩，但本轮不会被保存。",
)
MOVE_BUSY = Bilingual(en="The arm is still doing the last move.", zh="机械臂还在执行上一步。")
MOVE_NOT_NOW = Bilingual(en="Moves are possible while you are playing.", zh="只有在游戏进行中才能移动。")
MOVE_BLIND = Bilingual(en="The camera has not seen the pieces yet.", zh="摄像头还没有看到方块。")
MOVE_CANCELLED = Bilingual(en="You took over by hand.", zh="你已手动接管。")
MOVE_STOPPED = Bilingual(en="The arm was stopped.", zh="机械臂已停止。")
REPLACED = Bilingual(
    en="You connected from another page; this one was closed.",
    zh="你已在另一个页面连接，此页面已断开。",
)
BAD_TICKET = Bilingual(
    en="This page's right to connect has run out. Reload it.", zh="此页面的连接凭证无效，请刷新。"
)
NOT_YOUR_TURN = Bilingual(en="It is not your turn here.", zh="现在不是你的回合。")

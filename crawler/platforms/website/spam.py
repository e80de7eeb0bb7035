"""Recognises a site that has become something else: betting, pornography and the like on a lost or broken-into domain."""

from __future__ import annotations

import re

from crawler.platforms.website.document import ParsedPage

HIJACKED = "hijacked: 页面是赌博、色情等推广内容，域名可能已失效被他人使用或网站被篡改，请立即核实并处置"
"""What staff must hear of at once; nothing such a page shows counts for or against the account."""
BRANDS = r"(?:开云|亚博|乐鱼|必威|凯发|葡京|葡萄京|betway|1xbet|kaiyun|ag真人|ag旗舰|pg电子|云开体育|博鱼|澳博|大发(?:体育|娱乐|彩票|快三)|亿博|欧宝体育|欧博|德扑圈|真钱|现金网)"
SURE = r"(?:华体会|九游会|bet365|betvictor|开元棋牌|全讯网|新2网址|皇冠(?:足球|现金|比分|体育)|必赢亚洲|[伟韦]德(?:国际|亚洲)|太阳(?:城集团|集团城)|金沙国际网址|葡京赌场)"
"""Brands that nothing else is called."""
NAMESAKES = (
    r"(?:爱游戏|半岛|米兰|万博|星空|江南|金沙|银河|威尼斯人?|皇冠|新濠|永利|太阳城|天博|雷火|火狐|乐动|完美|南宫|k8|188|365|威廉希尔|沙巴|bob|mk|ob|ng|hth|ky|leyu|bwin|m6|b体育"
    r"|易游|九州|天天|博乐|明升|世博|立博|金宝博|壹号|万豪|韦德|伟德|新宝|恒大|鼎盛)"
)
"""Betting brands that other things are called as well."""
BETTING = (
    rf"{SURE}|{BRANDS}\s?(?:体育|电竞|娱乐|棋牌|真人|国际|彩票|电子|app|游戏|官网|官方|登录|注册|赌场|平台|入口|下载|网|厅|试玩|[a-z]\d|hth)"
    rf"|(?<![a-z]){NAMESAKES}(?:综合)?(?:体育|电竞|娱乐|棋牌|真人|彩票|赌场|足球比分)(?:官|app|平台|入口|登|注册|下载|网|在线|真人|[(（]|-综合)"
    rf"|{BRANDS}[^，。\n]{{0,8}}(?:官方网站|登录入口|官网)|体育[(（](?:中国|国际)[)）]官方?网站|(?:官方网站|体育)[-—]?登录入口"
    r"|百家乐|时时彩|[六6]合彩|香港(?:马会|六合)|北京赛车|pk10|老虎机|捕鱼(?:游戏|达人|平台)|澳门(?:新?葡京|银河|金沙|威尼斯|永利|赌场|娱乐|皇冠|太阳(?:集团)?城)"
    r"|真人(?:娱乐|荷官|视讯|百家|棋牌|游戏平台)|真钱(?:棋牌|斗地主|麻将|游戏)|(?:斗地主|麻将|炸金花)(?:赢现金|赢钱|提现)|棋牌送\d|(?:网上|线上|在线)赌场"
    r"|(?:娱乐城|娱乐场|赌场|赌球|博彩|投注|购彩|彩票|棋牌|电玩城|体育投注|德州扑克|麻将胡了)"
    r"(?:官网|官方|平台|网址|网站|入口|登录|登陆|注册|下载|app|代理|技巧|开户|娱乐|大厅|优惠|送彩金|开奖|计划|软件|游戏平台)"
    r"|(?:世界杯|欧洲杯|欧冠|足球|体育|电竞|在线|网上)(?:在线)?(?:投注|竞猜平台|买球|下注|赔率|外围)|买球(?:app|网|官网|平台|入口)|(?:开户|注册|首存)送(?:彩金|\d+)|赔率分析"
)
ADULT = (
    r"成人(?:视频|影院|电影|网站|小说|av)|无码(?:专区|视频|在线|高清|av)|(?:日韩|欧美|亚洲|国产)(?:精品|av|无码|一区|三级|视频在线|自拍|性爱)|一区二区三区|\bav(?:在线|网站|影院)|色情|黄色(?:网站|视频|电影)|黄片"
    r"|同城约炮|约炮|裸聊|激情(?:视频|小说|五月)|三级片|春药|迷药|性爱视频|(?:丝瓜|草莓|秋葵|芭乐|樱桃|蜜桃|91|麻豆)(?:视频|影视|传媒|短视频)(?:app|污|下载|网站|在线|入口|免费)?|海角(?:社区|论坛)|免费看片"
)
TRADES = (
    r"代开(?:各类)?(?:增值税)?发票|(?:专业)?办(?:理)?(?:假)?证件?(?:公司|电话)|代办(?:文凭|学历|毕业证)|办理各?(?:地|大学)*(?:毕业证|学历证?书?|文凭)|(?:学历|文凭|毕业证)(?:证书)?(?:代办|办理|定制)|刻章办证|办证[-、]?刻章"
    r"|代孕(?:公司|机构|网|价格)|枪支(?:出售|专卖)|私服(?:发布|网)|传奇(?:私服|sf)|(?:新开|今日)传奇|网贷(?:口子|秒批)|网络贷款秒|黑户(?:贷款|口子)|信用卡套现|刷单兼职|兼职刷单"
    r"|论文代[写发]|代[写发](?:毕业|硕士|博士|职称|本科|学位)?论文"
)
FOREIGN = (
    r"(?:online|live|best) casino|casino (?:bonus|online|games)|slot (?:gacor|online)|judi (?:bola|slot|online)|\btogel\b|\bbandar (?:bola|slot)\b|baccarat|sportsbook|poker online|nhà cái"
    r"|\bviagra\b|\bcialis\b|\bporn|xxx video|escort service|(?:hot|teen) sex\b|sex cams?|replica watches|\bpayday loans?\b"
    r"|オンラインカジノ|バカラ|激安.{0,6}通販|スーパーコピー|ブランドコピー|카지노|바카라|토토사이트|cá cược|xổ số|\bslot\s?88\b|\bcassino online\b|\bapostas\b|казино|\bcheap (?:jerseys|handbags|nike|jordans)\b"
)
PASTIMES = r"笔趣阁|(?:小说|漫画)(?:免费|全文|在线){1,2}阅读|小说.{0,6}最新章节|(?:电影|影视|电视剧|短剧|动漫)(?:免费|在线|高清){1,2}(?:观看|下载|播放)"
SPAM = re.compile(f"{BETTING}|{ADULT}|{TRADES}|{FOREIGN}|{PASTIMES}", re.I)
AGAINST = re.compile(
    r"警惕|警示|防范|防止|预防|打击|抵制|远离|拒绝|反诈|防骗|诈骗|举报|查处|整治|治理|禁止|严禁|不得|危害|案例|讲座|研究(?!院|所|中心|生)|处分|判决|法院|公安|警方"
    r"|涉嫌|犯罪|违法|中国体育彩票|公益金"
)
"""Words of those who warn of it, study it or prosecute it: the same text is then no advertisement."""
ENOUGH = 3
"""Different advertising texts from which a page is an advertiser's, whatever else stands on it."""
LONGEST = 120
MOST = 100_000
"""Characters of a page that are looked through."""


def advertises(text: str) -> bool:
    """True where a text promotes a known kind of spam, and does not warn of it."""
    return SPAM.search(text) is not None and AGAINST.search(text) is None


def hijacked(document: ParsedPage) -> bool:
    """True where title, or several texts and links of the page, advertise what no university does."""
    # Most pages hold not one such word; asking once saves asking a thousand texts.
    heads = (document.title, document.meta.get("keywords", ""), document.meta.get("description", ""))
    if SPAM.search("\n".join((*heads, document.said[:MOST]))) is None:
        return False
    said = sum(advertises(text) for text in {text.text for text in document.texts if len(text.text) <= LONGEST})
    return said >= ENOUGH or any(advertises(head[:LONGEST]) for head in heads)

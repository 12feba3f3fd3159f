/** The languages of the page, in the order of the texts. */
export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * Every text of the page. `{0}` is a value; `{0:client|clients}` is one of two words, as the value is 1 or not.
 */
export const WORDS = {
  title: ['Couplet inspector', 'Couplet 检视器'],
  views: ['Views', '视图'],
  'view.reactor': ['Reactor', '反应堆'],
  'view.connections': ['Connections', '连接'],
  'view.timeline': ['Timeline', '时间线'],
  'view.events': ['Events', '事件'],
  up: ['up {0}', '已运行 {0}'],
  stopped: ['not running', '未在运行'],
  process: ['Process', '进程'],
  'process.choice': ['worker {0}, pid {1}', '工作进程 {0}，pid {1}'],
  language: ['Language', '语言'],
  scheme: ['Colours', '配色'],
  'scheme.auto': ['auto', '跟随系统'],
  'scheme.light': ['light', '浅色'],
  'scheme.dark': ['dark', '深色'],
  rate: ['Frames', '刷新'],
  'rate.each': ['every {0} s', '每 {0} 秒'],
  pause: ['Pause', '暂停'],
  resume: ['Resume', '继续'],
  help: ['Keys', '按键'],

  'link.connecting': ['Connecting …', '正在连接……'],
  'link.live': ['live', '实时'],
  'link.paused': ['Paused: the picture stands still, the reactor does not.', '已暂停：画面停住了，反应堆没有。'],
  'link.lost': ['Connection lost. Trying again in {0} s.', '连接断开，{0} 秒后重试。'],
  'link.quiet': [
    'No frame for {0} s: a callback may be holding the loop.',
    '{0} 秒没有新的一帧：也许有回调阻塞了事件循环。',
  ],
  'link.dropped': ['{0} {0:frame|frames} dropped', '丢了 {0} 帧'],
  'noToken.title': ['This page needs its token', '缺少令牌'],
  'noToken.text': [
    'Open the whole address that the program printed at its start; it ends in #token=… Off a terminal the program printed the name of a file that holds it.',
    '请打开程序启动时打印的完整地址，它以 #token=… 结尾。不在终端里运行的程序会打印一个文件名，地址就在那个文件里。',
  ],
  'refused.title': ['The inspector refused this page', '检视器拒绝了这个页面'],
  'refused.again': ['Trying again in {0} s.', '{0} 秒后重试。'],

  loop: ['Event loop', '事件循环'],
  'loop.wait': ['wait', '等待'],
  'loop.events': ['events', '事件'],
  'loop.callback': ['callback', '回调'],
  'loop.flush': ['flush', '发送'],
  'loop.sleeps': [
    'The hand rests on wait: the loop sleeps {0} % of the time.',
    '指针停在“等待”上：事件循环有 {0}% 的时间在睡。',
  ],
  'loop.isHeld': ['The hand stands on callback: {0} holds the loop.', '指针停在“回调”上：{0} 阻塞了事件循环。'],
  asleep: ['asleep', '睡眠'],
  late: ['late p99', '延迟 p99'],
  'late.max': ['max {0}', '最大 {0}'],
  descriptors: [
    '{0} {0:descriptor|descriptors}: {1} listening + {2} {2:client|clients}',
    '{0} 个描述符：{1} 个监听 + {2} 个客户端',
  ],
  'descriptors.made': [' + {0} outgoing', ' + {0} 个对外连接'],
  timers: ['timers', '定时器'],
  rates: ['in, out', '收、发'],
  accepts: ['accepted', '接受'],
  perSecond: ['{0}/s', '{0}/秒'],
  errors: ['errors', '错误'],
  lost: ['lost', '已断开'],
  held: ['held', '阻塞'],
  'held.line': ['{0} held the loop {1}', '{0} 把事件循环阻塞了 {1}'],
  'held.of': [', connection #{0}', '，连接 #{0}'],
  'held.ago': [', {0} ago', '，{0}前'],
  'held.none': ['No callback has held the loop for 10 ms.', '没有回调阻塞事件循环超过 10 毫秒。'],

  port: ['port', '端口'],
  listening: ['listening', '正在监听'],
  draining: ['stopped listening', '已停止监听'],
  socket: ['listening socket', '监听套接字'],
  factory: ['factory', '工厂'],
  transport: ['transport', '传输'],
  protocol: ['protocol', '协议'],
  arriving: ['no protocol yet', '还没有协议'],
  collected: ['collected', '已回收'],
  queue: ['queue', '队列'],
  'queue.title': ['queue {0}, most {1}', '队列 {0}，最多时 {1}'],
  'queue.limit': ['limit {0}', '上限 {0}'],
  empty: ['No connections', '没有连接'],
  'empty.port': ['No connection yet. Try: nc {0}', '还没有连接。试试：nc {0}'],
  'no.ports': ['The reactor has no ports and no connectors.', '反应堆还没有端口，也没有连接器。'],
  'now.of': ['{0} of {1}', '{0} / {1}'],
  open: ['open', '已连接'],
  'open.most': ['most {0}', '最多 {0}'],
  'open.total': ['total {0}', '累计 {0}'],
  refused: ['refused {0}', '拒绝 {0}'],
  connector: ['connector', '连接器'],
  'connector.resolving': ['looks the name up', '正在解析名字'],
  'connector.racing': ['tries addresses', '正在尝试各个地址'],
  'connector.connected': ['connected', '已连接'],
  'connector.failed': ['failed', '失败'],
  'connector.waiting': ['tries again in {0}', '{0}后重试'],
  attempts: ['{0} {0:attempt|attempts}', '尝试 {0} 次'],
  'paused.producer': ['producer paused', '生产者已暂停'],
  squares: ['A square for each connection, in the order of numbers', '每个方格是一个连接，按编号排列'],
  'chunks.in': ['{0} {0:chunk|chunks} in', '收 {0} 块'],
  'chunks.out': ['{0} {0:chunk|chunks} out', '发 {0} 块'],

  waits: ['waits for', '在等'],
  'waits.nothing': ['nothing', '无'],
  'waits.paused': ['paused', '已暂停读取'],
  'waits.promise': ['promise', 'promise'],
  'waits.peer': ['peer', '对方'],
  'waits.handshake': ['handshake', '握手'],
  'waits.admission': ['admission', '准入'],
  'means.nothing': ['input, as most do', '等输入，多数连接如此'],
  'means.paused': ['its protocol paused reading', '协议暂停了读取'],
  'means.promise': ['a callback’s promise is pending', '回调返回的 promise 还没有结果'],
  'means.peer': ['the peer does not take what is queued', '对方不取走队列里的数据'],
  'means.handshake': ['TLS is being agreed on', '正在进行 TLS 握手'],
  'means.admission': ['a policy has not decided', '策略还没有决定'],

  filter: ['Filter', '筛选'],
  'filter.hint': ['peer, port, protocol, state, id', '对方、端口、协议、状态、编号'],
  'filter.events': ['text of events', '事件的文字'],
  matching: ['{0} of {1} connections', '{1} 个连接中的 {0} 个'],
  shown: ['{0}–{1} shown', '显示第 {0}–{1} 个'],
  before: ['Previous', '上一页'],
  after: ['Next', '下一页'],
  'none.match': ['No connection matches the filter.', '没有符合筛选的连接。'],
  'column.id': ['id', '编号'],
  'column.peer': ['peer', '对方'],
  'column.port': ['port', '端口'],
  'column.protocol': ['protocol', '协议'],
  'column.state': ['state', '状态'],
  'column.waiting': ['waits for', '在等'],
  'column.inRate': ['in/s', '收/秒'],
  'column.outRate': ['out/s', '发/秒'],
  'column.bytesIn': ['in', '收'],
  'column.bytesOut': ['out', '发'],
  'column.queued': ['queued', '队列'],
  'column.maxQueued': ['max', '最大'],
  'column.idle': ['idle', '空闲'],
  'column.age': ['age', '时长'],
  'column.tls': ['TLS', 'TLS'],
  yes: ['yes', '是'],

  chosen: ['Connection #{0}', '连接 #{0}'],
  'chosen.gone': ['It is gone.', '它已经不在了。'],
  close: ['Close', '关闭'],
  facts: ['Facts', '情况'],
  life: ['Life', '生命周期'],
  host: ['this end', '本端'],
  peer: ['peer', '对方'],
  since: ['open for', '已持续'],
  traffic: ['in, out', '收、发'],
  producer: ['producer', '生产者'],
  'kernel.title': ['What TCP knows', 'TCP 知道什么'],
  'kernel.text': [
    'Windows and retransmissions, which no runtime tells. In a shell:',
    '窗口、重传等等，运行环境不会告诉您。请在 shell 中输入：',
  ],
  copy: ['Copy', '复制'],
  copied: ['Copied', '已复制'],
  payload: ['The last bytes', '最近的字节'],
  'payload.in': ['in', '收'],
  'payload.out': ['out', '发'],

  'state.arriving': ['It has no protocol yet.', '还没有协议。'],
  'state.open': ['Both directions are open.', '两个方向都开着。'],
  'state.shutting': ['Our output ends once everything is sent.', '全部发出后，我们的发送方向就结束。'],
  'state.reading': ['Our output has ended; input is delivered.', '我们的发送方向已结束，仍在接收。'],
  'state.writing': ['The peer’s output has ended; we go on writing.', '对方的发送方向已结束，我们继续写。'],
  'state.closing': ['It closes once everything is sent.', '全部发出后就关闭。'],
  'state.finishing': ['The peer has ended; we send the rest.', '对方已结束，我们把剩下的发完。'],
  'state.lingering': ['Everything is sent; it waits for the peer’s end.', '都发完了，等对方结束。'],
  'state.leaving': ['Both directions have ended; the socket closes.', '两个方向都结束了，套接字正在关闭。'],
  'state.aborting': ['This side ended it at once.', '我们强制关闭了它。'],
  'state.broken': ['The system refused our output.', '系统不再接受我们的输出。'],
  'state.delivering': [
    'The socket is closed; the rest of the input is delivered.',
    '套接字已关闭，正在交付剩下的输入。',
  ],
  'state.concluding': ['The socket is closed; a promise is pending.', '套接字已关闭，还有一个 promise 没有结果。'],
  'state.gone': ['It is over.', '已结束。'],

  'timeline.last': ['The last {0} s', '最近 {0} 秒'],
  'timeline.waitsHere': ['Nothing recorded yet.', '还没有记录。'],
  'timeline.thread': ['thread', '线程'],
  'timeline.reads': ['above the line: reads', '线上：收'],
  'timeline.writes': ['below the line: writes', '线下：发'],
  'timeline.waiting': ['hatched: waits', '斜纹：在等'],
  'timeline.held': ['red: a callback held the loop', '红色：回调阻塞了循环'],
  'timeline.missed': ['{0} had no room', '{0} 个没有地方放'],
  'timeline.busy': ['busy {0} of {1} ({2} %)', '{1} 中忙了 {0}（{2}%）'],
  save: ['Save', '保存'],
  'save.svg': ['SVG', 'SVG'],
  'save.html': ['HTML', 'HTML'],
  'save.json': ['Trace JSON', '跟踪 JSON'],
  ago: ['−{0} s', '−{0} 秒'],
  now: ['now', '现在'],

  'events.none': ['Nothing has happened since this page was opened.', '打开页面以来，还没有发生什么。'],
  'events.missed': ['{0} {0:event|events} had no room in the frames', '{0} 个事件没有放进帧里'],
  'events.all': ['all', '全部'],
  'events.trouble': ['trouble only', '只看问题'],
  'event.listening': ['{0} listens', '{0} 开始监听'],
  'event.stoppedListening': ['{0} stopped listening', '{0} 停止监听'],
  'event.made': ['#{0} {1}: connection with {2}', '#{0} {1}：与 {2} 建立了连接'],
  'event.lost': ['#{0} {1}: connection with {2} is over: {3}', '#{0} {1}：与 {2} 的连接结束：{3}'],
  'event.refused': ['{0} was refused: {1} ({2})', '{0} 被拒绝：{1}（{2}）'],
  'event.attempt': ['Connecting to {0}: {1}', '正在连接 {0}：{1}'],
  'event.slow': ['{0} held the loop {1}', '{0} 把事件循环阻塞了 {1}'],
  'event.slow.why': [
    'Until it returned, nothing else could run: no other connection, no timer.',
    '在它返回之前，其他连接和定时器都不能运行。',
  ],
  'event.error': ['{0}, {1} threw: {2}', '{0}，{1} 抛出错误：{2}'],
  'kind.listening': ['port', '端口'],
  'kind.stoppedListening': ['port', '端口'],
  'kind.made': ['made', '建立'],
  'kind.lost': ['lost', '断开'],
  'kind.refused': ['refused', '拒绝'],
  'kind.attempt': ['attempt', '尝试'],
  'kind.slow': ['held', '阻塞'],
  'kind.error': ['error', '错误'],
  unknown: ['unknown', '未知'],

  'keys.views': ['the four views', '四个视图'],
  'keys.filter': ['filter', '筛选'],
  'keys.arrows': ['from row to row', '逐行移动'],
  'keys.enter': ['open the row', '打开这一行'],
  'keys.escape': ['back', '返回'],
  'keys.sort': ['sort by the next column', '按下一列排序'],
  'keys.space': ['pause and resume', '暂停、继续'],
  'keys.help': ['this list', '这份按键表'],

  'unit.ms': ['{0} ms', '{0} 毫秒'],
  'unit.s': ['{0} s', '{0} 秒'],
  'unit.min': ['{0} min', '{0} 分钟'],
  'unit.h': ['{0} h', '{0} 小时'],
  'unit.d': ['{0} d', '{0} 天'],
} as const satisfies Record<string, readonly [string, string]>;

/** The name of a text. */
export type Word = keyof typeof WORDS;

let language: Language = 'en';

/** Sets the language of what `say` returns. */
export function speak(chosen: Language): void {
  language = chosen;
  document.documentElement.lang = chosen === 'zh' ? 'zh-CN' : 'en';
}

/** Returns a text in the language that is set, with the values in it. */
export function say(word: Word, ...values: readonly (string | number)[]): string {
  const text = WORDS[word][LANGUAGES.indexOf(language)] ?? word;
  return text.replace(/\{(\d)(?::([^|]*)\|([^}]*))?\}/g, (_, at: string, one?: string, many?: string) => {
    const value = values[Number(at)] ?? '';
    if (one === undefined) return String(value);
    return (value === 1 || value === '1' ? one : many) ?? '';
  });
}

/** Whether a value is the name of a text. */
export function isWord(value: string): value is Word {
  return Object.hasOwn(WORDS, value);
}

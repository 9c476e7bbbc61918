CREATE TABLE acctguard.label (
    label text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    words text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    change_reason text,
    PRIMARY KEY (label, version),
    CONSTRAINT label_key CHECK (
        label ~ '^[a-z]+/[a-z0-9_.]+/[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$' AND length(label) <= 120),
    CONSTRAINT label_words CHECK (length(words) BETWEEN 1 AND 1000)
);
COMMENT ON TABLE acctguard.label IS
'What things are called in the languages of users, as notices name them; the highest version is in force. Without a label in the user''s language or in English a capability has its description and a reason its public_text.';
COMMENT ON COLUMN acctguard.label.label IS
'thing/name/locale: capability, kind or reason of that name; step: what the user can do; state of a freeze; materials: what to send with an appeal against a freeze of that kind, or default; phrase: what texts are made of, with {} for a value, or {1} and {2}';
COMMENT ON COLUMN acctguard.label.words IS 'in that language';

INSERT INTO acctguard.label (label, version, words, changed_at, changed_by) VALUES
('kind/temp_restrict/en', 1, 'temporary restriction', '-infinity', 'acctguard'),
('kind/feature_freeze/en', 1, 'function freeze', '-infinity', 'acctguard'),
('kind/feature_timeout/en', 1, 'function freeze for a fixed time', '-infinity', 'acctguard'),
('kind/ban/en', 1, 'account ban', '-infinity', 'acctguard'),
('kind/emergency_lock/en', 1, 'emergency lock', '-infinity', 'acctguard'),
('kind/compliance/en', 1, 'restriction by order of an authority', '-infinity', 'acctguard'),
('kind/self_freeze/en', 1, 'your own freeze', '-infinity', 'acctguard'),
('kind/self_rule/en', 1, 'your own rule for logins', '-infinity', 'acctguard'),
('kind/maintenance/en', 1, 'maintenance', '-infinity', 'acctguard'),
('kind/dormancy/en', 1, 'protection of an unused account', '-infinity', 'acctguard'),
('kind/money_wait/en', 1, 'waiting time before money is moved', '-infinity', 'acctguard'),
('kind/appeal_abuse/en', 1, 'suspension of appeals', '-infinity', 'acctguard'),
('reason/own_wish/en', 1, 'Your own wish', '-infinity', 'acctguard'),
('state/scheduled/en', 1, 'decided, not in force yet', '-infinity', 'acctguard'),
('state/active/en', 1, 'in force', '-infinity', 'acctguard'),
('state/stayed/en', 1, 'suspended while it is reviewed', '-infinity', 'acctguard'),
('state/ended/en', 1, 'over', '-infinity', 'acctguard'),
('step/lift_yourself/en', 1, 'lift it yourself in the application, with a proof of identity', '-infinity', 'acctguard'),
('step/verify_identity/en', 1, 'verify your identity in the application: choose a method, answer its questions or enter the code; it ends at once when you pass', '-infinity', 'acctguard'),
('step/log_in_verified/en', 1, 'log in and verify your identity on the way', '-infinity', 'acctguard'),
('step/appeal/en', 1, 'appeal', '-infinity', 'acctguard'),
('step/wait/en', 1, 'wait: it ends by itself', '-infinity', 'acctguard'),
('step/contact_support/en', 1, 'write to the support', '-infinity', 'acctguard'),
('step/acknowledge_rules/en', 1, 'acknowledge the rules in the application', '-infinity', 'acctguard'),
('materials/default/en', 1, 'a proof of identity, and whatever shows the facts otherwise, such as screenshots', '-infinity', 'acctguard'),
('materials/temp_restrict/en', 1, 'none if you verify your identity; for an appeal a proof of identity', '-infinity', 'acctguard'),
('materials/emergency_lock/en', 1, 'none if you verify your identity; for an appeal a proof of identity', '-infinity', 'acctguard'),
('phrase/rebind_change/en', 1, 'change the number {1} to {2}', '-infinity', 'acctguard'),
('phrase/rebind_first/en', 1, 'bind the number {1}', '-infinity', 'acctguard'),
('phrase/rebind_unbind/en', 1, 'unbind the number {1}', '-infinity', 'acctguard'),
('phrase/rebind_untrust/en', 1, 'remove the trusted number {1}', '-infinity', 'acctguard'),
('phrase/rebind_objection/en', 1, 'Not you? Object in the application with {1} and give this code to nobody.', '-infinity', 'acctguard'),
('phrase/rebind_told/en', 1, 'You are told because the account trusts this number.', '-infinity', 'acctguard'),
('phrase/comma/en', 1, ', ', '-infinity', 'acctguard'),
('phrase/semicolon/en', 1, '; ', '-infinity', 'acctguard'),
('phrase/nothing/en', 1, 'nothing', '-infinity', 'acctguard'),
('phrase/none/en', 1, 'none', '-infinity', 'acctguard'),
('phrase/everything/en', 1, 'everything but seeing the status of the account, logging out, asking to close it, appealing, writing to the support and exporting the data', '-infinity', 'acctguard'),
('phrase/until_lifted/en', 1, 'it is lifted', '-infinity', 'acctguard'),
('phrase/withheld/en', 1, 'will be told later', '-infinity', 'acctguard'),
('phrase/appeal_until/en', 1, 'in the application, or through the support if you cannot log in; until {}', '-infinity', 'acctguard'),
('phrase/appeal_any_time/en', 1, 'in the application, or through the support if you cannot log in; at any time', '-infinity', 'acctguard'),
('phrase/appeal_none/en', 1, 'this decision cannot be appealed', '-infinity', 'acctguard'),
('phrase/handling_review/en', 1, 'somebody reviews it by {} without being asked', '-infinity', 'acctguard'),
('phrase/handling_days/en', 1, 'an appeal is decided within {} days, as a rule', '-infinity', 'acctguard'),
('phrase/handling_none/en', 1, 'none: it ends by itself or through you', '-infinity', 'acctguard'),
('phrase/handling_open/en', 1, 'depends on the authority', '-infinity', 'acctguard'),
('phrase/probation/en', 1, 'Until {} these stay refused, for safety: ', '-infinity', 'acctguard'),
('phrase/acknowledge/en', 1, 'Until you acknowledge the rules in the application these stay refused: ', '-infinity', 'acctguard'),
('phrase/full_stop/en', 1, '. ', '-infinity', 'acctguard');

INSERT INTO acctguard.label (label, version, words, changed_at, changed_by)
SELECT t.label || '/zh-CN', 1, t.words, '-infinity', 'acctguard' FROM (VALUES
('kind/temp_restrict', '临时限制'), ('kind/feature_freeze', '功能冻结'), ('kind/feature_timeout', '限时功能冻结'),
('kind/ban', '账号封禁'), ('kind/emergency_lock', '紧急锁定'), ('kind/compliance', '依主管机关要求的限制'),
('kind/self_freeze', '自助冻结'), ('kind/self_rule', '自助登录限制'), ('kind/maintenance', '系统维护'),
('kind/dormancy', '长期未登录保护'), ('kind/money_wait', '资金转出等待期'), ('kind/appeal_abuse', '暂停申诉'),
('reason/security.odd_login', '在不常用的设备或地点登录'), ('reason/security.wrong_passwords', '多次输入错误密码'),
('reason/security.takeover', '账号疑似被他人盗用'), ('reason/security.returned', '通过身份验证找回账号'), ('reason/violation.spam', '大量发送垃圾信息'),
('reason/violation.harassment', '骚扰其他用户'), ('reason/violation.content', '发布违禁内容'),
('reason/violation.exploit', '利用漏洞'), ('reason/violation.severe', '严重违反规则'),
('reason/regulatory.order', '主管机关的要求'), ('reason/regulatory.fraud', '涉嫌诈骗'), ('reason/own_wish', '您本人的要求'),
('reason/maintenance', '系统维护'), ('reason/appeal.abuse', '滥用申诉'), ('reason/dormancy', '账号长期未使用'), ('reason/ladder', '多次违规'),
('state/scheduled', '已决定，尚未生效'), ('state/active', '生效中'), ('state/stayed', '复核期间暂停执行'), ('state/ended', '已结束'),
('step/lift_yourself', '在应用内验证身份后自行解除'),
('step/verify_identity', '在应用内验证身份：选择验证方式，回答问题或输入验证码，通过后立即解除'),
('step/log_in_verified', '登录并按提示验证身份'), ('step/appeal', '提出申诉'), ('step/wait', '等待，到期自动解除'),
('step/contact_support', '联系客服'), ('step/acknowledge_rules', '在应用内确认已阅读规则'),
('materials/default', '身份证明，以及能够说明情况的材料（如聊天截图）'),
('materials/temp_restrict', '通过身份验证则无需材料；申诉需提供身份证明'),
('materials/emergency_lock', '通过身份验证则无需材料；申诉需提供身份证明'),
('phrase/rebind_change', '将手机号{1}变更为{2}'), ('phrase/rebind_first', '绑定手机号{1}'), ('phrase/rebind_unbind', '解绑手机号{1}'),
('phrase/rebind_untrust', '移除可信手机号{1}'), ('phrase/rebind_objection', '如非本人操作，请在应用内凭{1}提出异议，切勿将此码告知他人。'),
('phrase/rebind_told', '因该账号将本号码设为可信手机号，特此告知。'),
('phrase/comma', '、'), ('phrase/semicolon', '；'), ('phrase/nothing', '无'), ('phrase/none', '无'),
('phrase/everything', '除查看账号状态、退出登录、申请注销、申诉、联系客服、导出数据以外的全部功能'),
('phrase/until_lifted', '解除为止'), ('phrase/withheld', '将另行告知'),
('phrase/appeal_until', '在应用内申诉，无法登录的请联系客服；截止时间 {}'),
('phrase/appeal_any_time', '在应用内申诉，无法登录的请联系客服；不限时间'),
('phrase/appeal_none', '此决定不可申诉'),
('phrase/handling_review', '无需申请，将在 {} 前完成人工复核'), ('phrase/handling_days', '申诉一般在 {} 天内处理完毕'),
('phrase/handling_none', '无需处理，到期或由您本人解除'), ('phrase/handling_open', '视主管机关的要求而定'),
('phrase/probation', '为安全起见，{} 前仍不能使用：'), ('phrase/acknowledge', '在应用内确认规则之前仍不能使用：'),
('phrase/full_stop', '。'),
('capability/session.create', '登录'), ('capability/session.use', '使用已登录的会话'), ('capability/session.refresh', '延长会话'),
('capability/session.add_device', '在新设备上登录'), ('capability/msg.send.direct', '给联系人发消息'),
('capability/msg.send.stranger', '给陌生人发消息'), ('capability/msg.send.group', '在群里发消息'),
('capability/msg.send.channel', '在频道发消息'), ('capability/msg.schedule', '定时发消息'), ('capability/msg.edit', '编辑已发消息'),
('capability/msg.recall', '撤回消息'), ('capability/msg.react', '表情回应'), ('capability/msg.forward', '转发消息'),
('capability/msg.receive', '接收消息'), ('capability/msg.read_history', '查看历史消息'), ('capability/msg.mention_all', '@所有人'),
('capability/media.upload', '上传图片和文件'), ('capability/media.download', '下载图片和文件'), ('capability/link.send', '发送链接'),
('capability/call.start', '发起通话'), ('capability/call.join', '加入通话'), ('capability/live.start', '发起直播'),
('capability/contact.add', '添加好友'), ('capability/contact.accept', '通过好友申请'), ('capability/group.create', '建群'),
('capability/group.join', '加群'), ('capability/group.invite', '邀请入群'), ('capability/group.admin', '管理群'),
('capability/moment.post', '发布动态'), ('capability/moment.comment', '评论动态'), ('capability/profile.edit', '修改个人资料'),
('capability/profile.visible', '个人资料可见'), ('capability/search.discoverable', '被搜索到'),
('capability/security.change_password', '修改密码'), ('capability/security.change_phone', '更换绑定手机号'),
('capability/security.change_email', '更换邮箱'), ('capability/security.disable_2fa', '关闭两步验证'), ('capability/pay.send', '转账'),
('capability/pay.large', '大额转账'), ('capability/pay.receive', '收款'), ('capability/pay.withdraw', '提现'),
('capability/api.token', '创建 API 令牌'), ('capability/bot.run', '运行机器人'), ('capability/moderate.others', '管理其他账号'),
('capability/appeal.submit', '提出申诉'), ('capability/appeal.supplement', '补充申诉材料'), ('capability/support.contact', '联系客服'),
('capability/account.data_export', '导出个人数据'), ('capability/status.view', '查看账号状态'), ('capability/session.logout', '退出登录'),
('capability/session.logout_all', '退出所有设备'), ('capability/account.close_request', '申请注销账号')
) AS t (label, words) WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');

-- Texts: one long for in_app and e-mail, one short for sms and push. In these rows {1} stands for a part that several have.
INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT t.event || '/' || c.channel || '/en', 1,
       CASE c.channel WHEN 'sms' THEN NULL WHEN 'email' THEN '{product}: ' || t.subject ELSE upper(left(t.subject, 1)) || substr(t.subject, 2) END,
       CASE WHEN c.channel = 'sms' THEN '{product}: ' || t.short
            WHEN c.channel = 'push' THEN upper(left(t.short, 1)) || substr(t.short, 2)
            ELSE replace(t.long, '{1}', E'Measure: {kind}, no. {freeze}\nState: {state}\nReason: {reason}\nFacts: {facts}\nRefused: {denied}\nFrom: {since}\nUntil: {until}\n\nWhat you can do: {next}\nMaterials: {materials}\nAppeal: {appeal}\nExpected handling time: {handling}')
                 || CASE c.channel WHEN 'email' THEN E'\n\nAccount {account}, {time}. This message was made automatically.' ELSE '' END
       END, '-infinity', 'acctguard'
FROM (VALUES
('freeze.imposed', 'your account is restricted', E'Your account was restricted.\n\n{1}', 'your account is restricted ({kind}) until {until}. Why, and what you can do: in the application.'),
('freeze.approved', 'your account is restricted', E'Your account was restricted.\n\n{1}', 'your account is restricted ({kind}) until {until}. Why, and what you can do: in the application.'),
('freeze.amended', 'a restriction of your account was changed', E'The terms of a restriction of your account were changed. It now reads:\n\n{1}', 'a restriction of your account ({kind}) was changed; it ends: {until}. More in the application.'),
('freeze.lifted', 'a restriction of your account is over', E'A restriction of your account was lifted: {kind}, no. {freeze}.\n\nWhat it leaves behind: {afterwards}\nStill refused now: {remaining}', 'a restriction of your account ({kind}) was lifted. Still refused: see the application.'),
('freeze.condition_met', 'a restriction of your account is over', E'Its condition is met, and a restriction of your account is over: {kind}, no. {freeze}.\n\nWhat it leaves behind: {afterwards}\nStill refused now: {remaining}', 'a restriction of your account ({kind}) is over. Still refused: see the application.'),
('freeze.vacated', 'a decision about your account was annulled', E'The decision was annulled, as if it had never been made: {kind}, no. {freeze}. It counts for nothing and leaves nothing behind. We are sorry.\n\nStill refused now, for other reasons: {remaining}', 'the decision about your account ({kind}) was annulled and counts for nothing.'),
('freeze.superseded', 'a restriction of your account was replaced', E'A restriction of your account was replaced by another, of which you are told separately: {kind}, no. {freeze}.', 'a restriction of your account ({kind}) was replaced by another.'),
('freeze.stayed', 'a restriction of your account is suspended', E'A restriction of your account does not apply while it is reviewed: {kind}, no. {freeze}.\n\nSuspended until: {stay_until}\nStill refused now, for other reasons: {remaining}', 'a restriction of your account ({kind}) is suspended while it is reviewed.'),
('freeze.unstayed', 'a restriction of your account applies again', E'A restriction of your account is no longer suspended and applies again.\n\n{1}', 'a restriction of your account ({kind}) applies again, until {until}.'),
('freeze.acknowledgment_waived', 'you need not acknowledge the rules', E'The acknowledgment of the rules after this restriction was waived: {kind}, no. {freeze}.\n\nStill refused now: {remaining}', 'you need not acknowledge the rules any more ({kind}).'),
('freeze.started', 'a restriction of your account has begun', E'A restriction of your account, of which you were told before, has begun.\n\n{1}', 'a restriction of your account ({kind}) has begun; until {until}.'),
('freeze.expired', 'a restriction of your account is over', E'The time of a restriction of your account has run out: {kind}, no. {freeze}.\n\nWhat it leaves behind: {afterwards}\nStill refused now: {remaining}', 'a restriction of your account ({kind}) is over. Still refused: see the application.'),
('freeze.stay_ended', 'a restriction of your account applies again', E'A restriction of your account is no longer suspended and applies again.\n\n{1}', 'a restriction of your account ({kind}) applies again, until {until}.'),
('freeze.probation_ended', 'the probation of your account is over', E'The probation after a restriction of your account is over: {kind}, no. {freeze}.\n\nStill refused now: {remaining}', 'the probation of your account ({kind}) is over.'),
('freeze.acknowledgment_wanted', 'please acknowledge the rules', E'A restriction of your account is over: {kind}, no. {freeze}. Before everything works again, please read the rules in the application and acknowledge them.\n\n{afterwards}', 'please acknowledge the rules in the application, so that everything works again ({kind}).'),
('freeze.disclosed', 'the reasons of a restriction of your account', E'The reasons of a restriction of your account could not be told before. They are:\n\n{1}', 'the reasons of a restriction of your account ({kind}) can be read in the application.'),
('freeze.money_waits', 'money can be moved a little later', E'Somebody showed that this account is his, without a device that the account knows. So that you hear of it in time if that was not you, these wait until {until}: {denied}\n\nThis is no punishment, nothing is held against you, and everything else works. You need do nothing; it ends by itself.\n\nIf this was not you, change your password and write to the support at once.', 'identity verified; money can leave your account again from {until} on. No punishment, only for safety. Not you? Write to the support at once.'),
('freeze.warned', 'a warning', E'You are warned.\n\nReason: {reason}\nFacts: {facts}\nPoints: {points}, which count until {until}\n\nFurther violations may restrict your account. Please read the rules in the application.', 'you are warned: {reason}. Further violations may restrict your account.'),
('account.close_requested', 'your account will be closed', E'You asked to close your account. It will be closed: {until}\n\nUntil then you can change your mind in the application. If you did not ask for this, cancel it there at once and change your password.', 'your account will be closed: {until}. Not you? Cancel it in the application.'),
('account.close_cancelled', 'your account stays open', E'The closing of your account was cancelled. If this was not you, change your password.', 'the closing of your account was cancelled. Not you? Change your password.'),
('account.closed', 'your account is closed', E'Your account is closed. What it holds is deleted when the time the law asks for has passed.', 'your account is closed.'),
('account.terminated', 'your account is closed', E'Your account was closed for good, after a decision that can no longer be appealed.', 'your account was closed for good.'),
('account.reopened', 'your account is open again', E'Your account was opened again. Restrictions that are still in force go on; see the application.', 'your account is open again.'),
('freeze.scope_frozen', 'maintenance', E'From {since} until {until} these will not work: {denied}\n\nReason: {reason}\nYou need not do anything; it ends by itself.', 'from {since} until {until} some functions will not work ({kind}).'),
('freeze.scope_amended', 'maintenance ends at another time', E'The maintenance ends at another time: {until}\n\nNot working until then: {denied}\nReason: {reason}', 'the maintenance now ends: {until}.'),
('freeze.scope_lifted', 'maintenance is over', E'The maintenance that was announced for {since} is over, or will not take place. These work again: {denied}', 'the maintenance of {since} is over.'),
('freeze.scope_over', 'maintenance is over', E'The maintenance that was announced for {since} is over. These work again: {denied}', 'the maintenance of {since} is over.')
) AS t (event, subject, long, short)
CROSS JOIN (VALUES ('in_app'), ('email'), ('sms'), ('push')) AS c (channel);

INSERT INTO acctguard.notice_template (template, version, subject, body, changed_at, changed_by)
SELECT t.event || '/' || c.channel || '/zh-CN', 1,
       CASE c.channel WHEN 'sms' THEN NULL WHEN 'email' THEN '{product}：' || t.subject ELSE t.subject END,
       CASE WHEN c.channel = 'sms' THEN '【{product}】' || t.short
            WHEN c.channel = 'push' THEN t.short
            ELSE replace(t.long, '{1}', E'措施：{kind}（编号 {freeze}）\n状态：{state}\n原因：{reason}\n事实：{facts}\n受限功能：{denied}\n开始时间：{since}\n截止时间：{until}\n\n您可以：{next}\n需要的材料：{materials}\n申诉渠道和期限：{appeal}\n预计处理时间：{handling}')
                 || CASE c.channel WHEN 'email' THEN E'\n\n账号 {account}，{time}。本邮件由系统自动发送。' ELSE '' END
       END, '-infinity', 'acctguard'
FROM (VALUES
('freeze.imposed', '您的账号受到限制', E'您的账号受到限制。\n\n{1}', '您的账号受到限制（{kind}），截止时间：{until}。原因和处理办法请在应用内查看。'),
('freeze.approved', '您的账号受到限制', E'您的账号受到限制。\n\n{1}', '您的账号受到限制（{kind}），截止时间：{until}。原因和处理办法请在应用内查看。'),
('freeze.amended', '对您账号的限制有变更', E'对您账号的限制有变更，现为：\n\n{1}', '对您账号的限制（{kind}）有变更，截止时间：{until}。详情请在应用内查看。'),
('freeze.lifted', '对您账号的限制已解除', E'对您账号的限制已解除：{kind}（编号 {freeze}）。\n\n后续：{afterwards}\n目前仍受限的功能：{remaining}', '对您账号的限制（{kind}）已解除，其他限制请在应用内查看。'),
('freeze.condition_met', '对您账号的限制已解除', E'条件已满足，对您账号的限制已解除：{kind}（编号 {freeze}）。\n\n后续：{afterwards}\n目前仍受限的功能：{remaining}', '对您账号的限制（{kind}）已解除，其他限制请在应用内查看。'),
('freeze.vacated', '对您账号的处理已撤销', E'此前的处理已撤销，视为从未作出：{kind}（编号 {freeze}），不计入记录，也没有后续限制。给您带来不便，深表歉意。\n\n因其他原因仍受限的功能：{remaining}', '对您账号的处理（{kind}）已撤销，不计入记录。'),
('freeze.superseded', '对您账号的限制已被替换', E'对您账号的限制已由另一项限制替换，将另行通知：{kind}（编号 {freeze}）。', '对您账号的限制（{kind}）已由另一项限制替换。'),
('freeze.stayed', '对您账号的限制暂停执行', E'复核期间，对您账号的限制暂停执行：{kind}（编号 {freeze}）。\n\n暂停至：{stay_until}\n因其他原因仍受限的功能：{remaining}', '复核期间，对您账号的限制（{kind}）暂停执行。'),
('freeze.unstayed', '对您账号的限制恢复执行', E'对您账号的限制不再暂停，恢复执行。\n\n{1}', '对您账号的限制（{kind}）恢复执行，截止时间：{until}。'),
('freeze.acknowledgment_waived', '无需再确认规则', E'此项限制之后的规则确认已免除：{kind}（编号 {freeze}）。\n\n目前仍受限的功能：{remaining}', '无需再确认规则（{kind}）。'),
('freeze.started', '对您账号的限制已生效', E'此前通知过的对您账号的限制已生效。\n\n{1}', '对您账号的限制（{kind}）已生效，截止时间：{until}。'),
('freeze.expired', '对您账号的限制已到期', E'对您账号的限制已到期解除：{kind}（编号 {freeze}）。\n\n后续：{afterwards}\n目前仍受限的功能：{remaining}', '对您账号的限制（{kind}）已到期解除，其他限制请在应用内查看。'),
('freeze.stay_ended', '对您账号的限制恢复执行', E'对您账号的限制不再暂停，恢复执行。\n\n{1}', '对您账号的限制（{kind}）恢复执行，截止时间：{until}。'),
('freeze.probation_ended', '账号观察期结束', E'限制解除后的观察期已结束：{kind}（编号 {freeze}）。\n\n目前仍受限的功能：{remaining}', '账号观察期已结束（{kind}）。'),
('freeze.acknowledgment_wanted', '请确认规则', E'对您账号的限制已结束：{kind}（编号 {freeze}）。在恢复全部功能之前，请在应用内阅读并确认规则。\n\n{afterwards}', '请在应用内确认规则，以恢复全部功能（{kind}）。'),
('freeze.disclosed', '关于对您账号的限制的原因', E'对您账号的限制的原因此前未能告知，现告知如下：\n\n{1}', '对您账号的限制（{kind}）的原因可在应用内查看。'),
('freeze.money_waits', '资金转出功能稍后恢复', E'有人通过身份验证证明此账号归其所有，但未使用账号已知的设备。为便于您及时发现异常，以下功能在 {until} 之前暂缓使用：{denied}\n\n这不是处罚，不计入任何记录，其他功能正常使用。您无需操作，到时自动恢复。\n\n如非本人操作，请立即修改密码并联系客服。', '身份验证已通过，资金转出功能将于 {until} 恢复。此为安全措施，并非处罚。如非本人操作，请立即联系客服。'),
('freeze.warned', '警告', E'您受到警告。\n\n原因：{reason}\n事实：{facts}\n记 {points} 分，有效期至 {until}\n\n再次违规可能导致账号受限，请在应用内阅读规则。', '您受到警告：{reason}。再次违规可能导致账号受限。'),
('account.close_requested', '您的账号将被注销', E'您已申请注销账号，注销时间：{until}\n\n在此之前您可以在应用内撤回申请。如非本人操作，请立即撤回并修改密码。', '您的账号将被注销，时间：{until}。如非本人操作，请在应用内撤回。'),
('account.close_cancelled', '您的账号已保留', E'注销申请已撤回。如非本人操作，请修改密码。', '注销申请已撤回。如非本人操作，请修改密码。'),
('account.closed', '您的账号已注销', E'您的账号已注销，其中的数据将在法律规定的保存期满后删除。', '您的账号已注销。'),
('account.terminated', '您的账号已关闭', E'因已不可申诉的处理决定，您的账号已被永久关闭。', '您的账号已被永久关闭。'),
('account.reopened', '您的账号已恢复', E'您的账号已恢复，仍在生效的限制继续有效，请在应用内查看。', '您的账号已恢复。'),
('freeze.scope_frozen', '系统维护通知', E'{since}至{until}，以下功能暂停使用：{denied}\n\n原因：{reason}\n您无需操作，到时自动恢复。', '{since}至{until}，部分功能暂停使用（{kind}）。'),
('freeze.scope_amended', '系统维护时间变更', E'系统维护的结束时间变更为：{until}\n\n在此之前暂停使用：{denied}\n原因：{reason}', '系统维护的结束时间变更为：{until}。'),
('freeze.scope_lifted', '系统维护结束', E'原定 {since} 开始的系统维护已结束或取消，以下功能恢复使用：{denied}', '{since} 开始的系统维护已结束。'),
('freeze.scope_over', '系统维护结束', E'{since} 开始的系统维护已结束，以下功能恢复使用：{denied}', '{since} 开始的系统维护已结束。')
) AS t (event, subject, long, short)
CROSS JOIN (VALUES ('in_app'), ('email'), ('sms'), ('push')) AS c (channel)
WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');

-- What notices of appeals say where there is no plain value.
INSERT INTO acctguard.label (label, version, words, changed_at, changed_by) VALUES
('phrase/appeal_elsewhere/en', 1, 'see the application', '-infinity', 'acctguard'),
('phrase/appeal_granted/en', 1, 'granted: the decision was wrong and is annulled', '-infinity', 'acctguard'),
('phrase/appeal_partially_granted/en', 1, 'granted in part: the restriction was reduced or ended', '-infinity', 'acctguard'),
('phrase/appeal_denied/en', 1, 'denied: the restriction stands', '-infinity', 'acctguard'),
('phrase/appeal_dismissed/en', 1, 'dismissed: the appeal could not be accepted', '-infinity', 'acctguard'),
('phrase/appeal_applies_again/en', 1, '; it is no longer suspended and applies again', '-infinity', 'acctguard'),
('phrase/appeal_no_need/en', 1, 'nothing is needed', '-infinity', 'acctguard'),
('phrase/appeal_case_open/en', 1, 'a case about it is open', '-infinity', 'acctguard'),
('phrase/appeal_no_remedy/en', 1, 'none; write to the support if there is something new', '-infinity', 'acctguard'),
('phrase/appeal_remedy/en', 1, 'you can have it looked at again, with something new, until {}', '-infinity', 'acctguard'),
('phrase/appeal_open_ended/en', 1, 'no fixed date, as the authority decides', '-infinity', 'acctguard');
INSERT INTO acctguard.label (label, version, words, changed_at, changed_by)
SELECT t.label, 1, t.words, '-infinity', 'acctguard' FROM (VALUES
('phrase/appeal_elsewhere/zh-CN', '请在应用内查看'),
('phrase/appeal_granted/zh-CN', '申诉成立：原处理决定有误，已撤销'),
('phrase/appeal_partially_granted/zh-CN', '申诉部分成立：限制已减轻或解除'),
('phrase/appeal_denied/zh-CN', '申诉不成立：维持原限制'),
('phrase/appeal_dismissed/zh-CN', '申诉被驳回：不予受理'),
('phrase/appeal_applies_again/zh-CN', '；限制不再暂停，恢复执行'),
('phrase/appeal_no_need/zh-CN', '无需再做任何操作'),
('phrase/appeal_case_open/zh-CN', '目前有申诉正在处理中'),
('phrase/appeal_no_remedy/zh-CN', '无；如有新的情况，请联系客服'),
('phrase/appeal_remedy/zh-CN', '如有新的证据，可在{}之前申请复核'),
('phrase/appeal_open_ended/zh-CN', '视主管机关要求而定，无固定日期')
) AS t (label, words) WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');

-- What a one-time code is for, as messages say it.
INSERT INTO acctguard.label (label, version, words, changed_at, changed_by) VALUES
('phrase/code_register/en', 1, 'register this number', '-infinity', 'acctguard'),
('phrase/code_login/en', 1, 'log in', '-infinity', 'acctguard'),
('phrase/code_reset/en', 1, 'reset the password', '-infinity', 'acctguard'),
('phrase/code_rebind/en', 1, 'make this the number of an account', '-infinity', 'acctguard'),
('phrase/code_unbind/en', 1, 'remove this number from its account', '-infinity', 'acctguard'),
('phrase/code_trusted/en', 1, 'let this number vouch for an account', '-infinity', 'acctguard'),
('phrase/code_reconfirm/en', 1, 'confirm that this is still your number', '-infinity', 'acctguard'),
('phrase/code_verify/en', 1, 'prove that it is you', '-infinity', 'acctguard'),
('phrase/code_contact/en', 1, 'confirm this address', '-infinity', 'acctguard');
INSERT INTO acctguard.label (label, version, words, changed_at, changed_by)
SELECT t.label, 1, t.words, '-infinity', 'acctguard' FROM (VALUES
('phrase/code_register/zh-CN', '注册账号'),
('phrase/code_login/zh-CN', '登录'),
('phrase/code_reset/zh-CN', '重置密码'),
('phrase/code_rebind/zh-CN', '绑定此手机号'),
('phrase/code_unbind/zh-CN', '解绑此手机号'),
('phrase/code_trusted/zh-CN', '设为可信手机号'),
('phrase/code_reconfirm/zh-CN', '确认仍在使用此手机号'),
('phrase/code_verify/zh-CN', '验证身份'),
('phrase/code_contact/zh-CN', '确认此邮箱')
) AS t (label, words) WHERE getdatabaseencoding() IN ('UTF8', 'SQL_ASCII');

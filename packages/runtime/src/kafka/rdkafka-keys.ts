/**
 * What librdkafka takes: key, which clients use it (C consumers, P producers, * both), type, and the values it accepts.
 * Written by fixtures/rdkafka-keys-source.ts; `vitest run --project unit rdkafka-keys -u` writes it anew.
 */
export const rdkafkaKeyLines = `
builtin.features * text
client.id * text
metadata.broker.list * text
bootstrap.servers * text
message.max.bytes * int 1000..1000000000
message.copy.max.bytes * int 0..1000000000
receive.message.max.bytes * int 1000..2147483647
max.in.flight.requests.per.connection * int 1..1000000
max.in.flight * int 1..1000000
metadata.recovery.strategy * enum none,rebootstrap
metadata.recovery.rebootstrap.trigger.ms * int 0..2147483647
topic.metadata.refresh.interval.ms * int -1..3600000
metadata.max.age.ms * int 1..86400000
topic.metadata.refresh.fast.interval.ms * int 1..60000
topic.metadata.refresh.fast.cnt * int 0..1000
topic.metadata.refresh.sparse * enum true,false
topic.metadata.propagation.max.ms * int 0..3600000
topic.blacklist * text
debug * text
socket.timeout.ms * int 10..300000
socket.blocking.max.ms * int 1..60000
socket.send.buffer.bytes * int 0..100000000
socket.receive.buffer.bytes * int 0..100000000
socket.keepalive.enable * enum true,false
socket.nagle.disable * enum true,false
socket.max.fails * int 0..1000000
broker.address.ttl * int 0..86400000
broker.address.family * enum any,v4,v6
socket.connection.setup.timeout.ms * int 1000..2147483647
connections.max.idle.ms * int 0..2147483647
reconnect.backoff.jitter.ms * int 0..3600000
reconnect.backoff.ms * int 0..3600000
reconnect.backoff.max.ms * int 0..3600000
statistics.interval.ms * int 0..86400000
enabled_events * int 0..2147483647
log_level * int 0..7
log.queue * enum true,false
log.thread.name * enum true,false
enable.random.seed * enum true,false
log.connection.close * enum true,false
internal.termination.signal * int 0..128
api.version.request * enum true,false
api.version.request.timeout.ms * int 1..300000
api.version.fallback.ms * int 0..604800000
broker.version.fallback * text
allow.auto.create.topics * enum true,false
security.protocol * enum plaintext,ssl,sasl_plaintext,sasl_ssl
ssl.cipher.suites * text
ssl.curves.list * text
ssl.sigalgs.list * text
ssl.key.location * text
ssl.key.password * text
ssl.key.pem * text
ssl.certificate.location * text
ssl.certificate.pem * text
ssl.ca.location * text
https.ca.location * text
https.ca.pem * text
ssl.ca.pem * text
ssl.ca.certificate.stores * text
ssl.crl.location * text
ssl.keystore.location * text
ssl.keystore.password * text
ssl.providers * text
ssl.engine.location * text
ssl.engine.id * text
enable.ssl.certificate.verification * enum true,false
ssl.endpoint.identification.algorithm * enum none,https
sasl.mechanisms * text
sasl.mechanism * text
sasl.kerberos.service.name * text
sasl.kerberos.principal * text
sasl.kerberos.kinit.cmd * text
sasl.kerberos.keytab * text
sasl.kerberos.min.time.before.relogin * int 0..86400000
sasl.username * text
sasl.password * text
sasl.oauthbearer.config * text
enable.sasl.oauthbearer.unsecure.jwt * enum true,false
sasl.oauthbearer.method * enum default,oidc
sasl.oauthbearer.client.id * text
sasl.oauthbearer.client.credentials.client.id * text
sasl.oauthbearer.client.credentials.client.secret * text
sasl.oauthbearer.client.secret * text
sasl.oauthbearer.scope * text
sasl.oauthbearer.extensions * text
sasl.oauthbearer.token.endpoint.url * text
sasl.oauthbearer.sub.claim.name * text
sasl.oauthbearer.grant.type * enum client_credentials,urn:ietf:params:oauth:grant-type:jwt-bearer
sasl.oauthbearer.assertion.algorithm * enum RS256,ES256
sasl.oauthbearer.assertion.private.key.file * text
sasl.oauthbearer.assertion.private.key.passphrase * text
sasl.oauthbearer.assertion.private.key.pem * text
sasl.oauthbearer.assertion.file * text
sasl.oauthbearer.assertion.claim.aud * text
sasl.oauthbearer.assertion.claim.exp.seconds * int 1..2147483647
sasl.oauthbearer.assertion.claim.iss * text
sasl.oauthbearer.assertion.claim.jti.include * enum true,false
sasl.oauthbearer.assertion.claim.nbf.seconds * int 0..2147483647
sasl.oauthbearer.assertion.claim.sub * text
sasl.oauthbearer.assertion.jwt.template.file * text
sasl.oauthbearer.metadata.authentication.type * enum none,azure_imds,aws_iam
plugin.library.paths * text
group.id C text
group.instance.id C text
partition.assignment.strategy C text
session.timeout.ms C int 1..3600000
heartbeat.interval.ms C int 1..3600000
group.protocol.type C text
group.protocol C enum classic,consumer
group.remote.assignor C text
coordinator.query.interval.ms C int 1..3600000
max.poll.interval.ms C int 1..86400000
enable.auto.commit C enum true,false
auto.commit.interval.ms C int 0..86400000
enable.auto.offset.store C enum true,false
queued.min.messages C int 1..10000000
queued.max.messages.kbytes C int 1..2097151
fetch.wait.max.ms C int 0..300000
fetch.queue.backoff.ms C int 0..300000
fetch.message.max.bytes C int 1..1000000000
max.partition.fetch.bytes C int 1..1000000000
fetch.max.bytes C int 0..2147483135
fetch.min.bytes C int 0..2147483647
fetch.error.backoff.ms C int 0..300000
offset.store.method C enum none,file,broker
isolation.level C enum read_uncommitted,read_committed
enable.partition.eof C enum true,false
check.crcs C enum true,false
client.rack * text
max.poll.records C int 1..2147483647
share.acknowledgement.mode C text
transactional.id P text
transaction.timeout.ms P int 1000..2147483647
enable.idempotence P enum true,false
enable.gapless.guarantee P enum true,false
queue.buffering.max.messages P int 0..2147483647
queue.buffering.max.kbytes P int 1..2147483647
queue.buffering.max.ms P float 0..900000
linger.ms P float 0..900000
message.send.max.retries P int 0..2147483647
retries P int 0..2147483647
retry.backoff.ms * int 1..300000
retry.backoff.max.ms * int 1..300000
queue.buffering.backpressure.threshold P int 1..1000000
compression.codec P enum none,gzip,snappy,lz4,zstd
compression.type P enum none,gzip,snappy,lz4,zstd
batch.num.messages P int 1..1000000
batch.size P int 1..2147483647
delivery.report.only.error P enum true,false
sticky.partitioning.linger.ms P int 0..900000
client.dns.lookup * enum use_all_dns_ips,resolve_canonical_bootstrap_servers_only
enable.metrics.push * enum true,false
request.required.acks P int -1..1000
acks P int -1..1000
request.timeout.ms P int 1..900000
message.timeout.ms P int 0..2147483647
delivery.timeout.ms P int 0..2147483647
queuing.strategy P enum fifo,lifo
produce.offset.report P enum true,false
partitioner P text
compression.level P int -1..12
auto.commit.enable C enum true,false
auto.offset.reset C enum smallest,earliest,beginning,largest,latest,end,error
offset.store.path C text
offset.store.sync.interval.ms C int -1..86400000
consume.callback.max.messages C int 0..1000000
`

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/**
 * Applies Kafka Connect's own classes to what it is given: one JSON object per line in, one per line out, in order.
 * Schemas with values travel as the text of JsonConverter's envelope. Run by connect-classes.ts.
 */
public class ConnectClasses {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonConverter ENVELOPE = new JsonConverter();
  private static final Map<String, Object> INSTANCES = new HashMap<>();

  public static void main(String[] args) throws Exception {
    ENVELOPE.configure(Map.of("schemas.enable", "true", "schemas.cache.size", "16"), false);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(MAPPER.writeValueAsString(answer(MAPPER.readTree(line))));
    }
    out.flush();
  }

  private static JsonNode answer(JsonNode question) {
    ObjectNode answer = MAPPER.createObjectNode();
    try {
      switch (question.get("does").asText()) {
        case "transformation" -> transform(question, answer);
        case "predicate" -> test(question, answer);
        case "toConnect" -> toConnect(question, answer);
        case "fromConnect" -> fromConnect(question, answer);
        case "toHeader" -> toHeader(question, answer);
        case "fromHeader" -> fromHeader(question, answer);
        default -> throw new IllegalArgumentException(question.toString());
      }
    } catch (Exception | StackOverflowError e) {
      answer.removeAll();
      answer.put("error", e.getClass().getName() + ": " + e.getMessage());
    }
    return answer;
  }

  private static void transform(JsonNode question, ObjectNode answer) throws Exception {
    Object instance = instance(question, made -> ((Transformation<?>) made).configure(config(question)));
    ConnectRecord<?> record = record(question.get("record"));
    ConnectRecord<?> made = apply(instance, record);
    if (made == null) {
      answer.put("dropped", true);
      return;
    }
    answer.put("topic", made.topic());
    answer.put("partition", made.kafkaPartition());
    answer.put("timestamp", made.timestamp());
    answer.put("key", envelope(made.keySchema(), made.key()));
    answer.put("value", envelope(made.valueSchema(), made.value()));
    ArrayNode headers = answer.putArray("headers");
    for (Header header : made.headers()) {
      headers.addArray().add(header.key()).add(envelope(header.schema(), header.value()));
    }
  }

  @SuppressWarnings("unchecked")
  private static <R extends ConnectRecord<R>> ConnectRecord<?> apply(Object transformation, ConnectRecord<?> record) {
    return ((Transformation<R>) transformation).apply((R) record);
  }

  private static void test(JsonNode question, ObjectNode answer) throws Exception {
    Object instance = instance(question, made -> ((Predicate<?>) made).configure(config(question)));
    answer.put("holds", test(instance, record(question.get("record"))));
  }

  @SuppressWarnings("unchecked")
  private static <R extends ConnectRecord<R>> boolean test(Object predicate, ConnectRecord<?> record) {
    return ((Predicate<R>) predicate).test((R) record);
  }

  private static void toConnect(JsonNode question, ObjectNode answer) throws Exception {
    SchemaAndValue read = converter(question).toConnectData("topic", bytes(question.get("bytes")));
    answer.put("value", envelope(read.schema(), read.value()));
  }

  private static void fromConnect(JsonNode question, ObjectNode answer) throws Exception {
    SchemaAndValue value = read(question.get("value"));
    byte[] written = converter(question).fromConnectData("topic", value.schema(), value.value());
    answer.put("bytes", written == null ? null : Base64.getEncoder().encodeToString(written));
  }

  private static void toHeader(JsonNode question, ObjectNode answer) throws Exception {
    SchemaAndValue read = headerConverter(question).toConnectHeader("topic", "name", bytes(question.get("bytes")));
    if (read == null) read = SchemaAndValue.NULL; // as ConnectHeaders takes it
    answer.put("value", envelope(read.schema(), read.value()));
  }

  private static void fromHeader(JsonNode question, ObjectNode answer) throws Exception {
    SchemaAndValue value = read(question.get("value"));
    byte[] written = headerConverter(question).fromConnectHeader("topic", "name", value.schema(), value.value());
    answer.put("bytes", written == null ? null : Base64.getEncoder().encodeToString(written));
  }

  private static Converter converter(JsonNode question) throws Exception {
    return (Converter) instance(question, made -> ((Converter) made).configure(config(question), false));
  }

  private static HeaderConverter headerConverter(JsonNode question) throws Exception {
    return (HeaderConverter) instance(question, made -> {
      Map<String, Object> config = new HashMap<>(config(question));
      config.put("converter.type", "header");
      ((HeaderConverter) made).configure(config);
    });
  }

  private interface Configure {
    void on(Object made);
  }

  private static Object instance(JsonNode question, Configure configure) throws Exception {
    String id = question.get("does") + " " + question.get("class") + " " + question.get("config");
    Object known = INSTANCES.get(id);
    if (known != null) return known;
    Object made = Class.forName(question.get("class").asText()).getDeclaredConstructor().newInstance();
    configure.on(made);
    INSTANCES.put(id, made);
    return made;
  }

  private static Map<String, String> config(JsonNode question) {
    Map<String, String> config = new LinkedHashMap<>();
    question.get("config").fields().forEachRemaining(entry -> config.put(entry.getKey(), entry.getValue().asText()));
    return config;
  }

  private static ConnectRecord<?> record(JsonNode from) {
    SchemaAndValue key = read(from.get("key"));
    SchemaAndValue value = read(from.get("value"));
    ConnectHeaders headers = new ConnectHeaders();
    for (JsonNode header : from.get("headers")) headers.add(header.get(0).asText(), read(header.get(1)));
    String topic = from.get("topic").asText();
    Long timestamp = from.get("timestamp").isNull() ? null : from.get("timestamp").asLong();
    if (from.get("source").asBoolean()) {
      Integer partition = from.get("partition").isNull() ? null : from.get("partition").asInt();
      return new SourceRecord(Map.of("file", "x"), Map.of("position", 1L), topic, partition, key.schema(), key.value(),
          value.schema(), value.value(), timestamp, headers);
    }
    return new SinkRecord(topic, from.get("partition").asInt(), key.schema(), key.value(), value.schema(), value.value(),
        from.get("offset").asLong(), timestamp, TimestampType.CREATE_TIME, headers);
  }

  private static SchemaAndValue read(JsonNode envelope) {
    if (envelope.isNull()) return SchemaAndValue.NULL;
    return ENVELOPE.toConnectData("topic", envelope.asText().getBytes(StandardCharsets.UTF_8));
  }

  private static String envelope(Schema schema, Object value) {
    Object printable = schema == null ? printable(value) : value;
    byte[] bytes = ENVELOPE.fromConnectData("topic", schema, printable);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  /** What has no form in JSON without a schema gets one. */
  private static Object printable(Object value) {
    if (value instanceof Date date) return "date:" + date.getTime();
    if (value instanceof BigDecimal decimal) return "decimal:" + decimal.toPlainString();
    if (value instanceof List<?> list) {
      List<Object> items = new ArrayList<>();
      for (Object item : list) items.add(printable(item));
      return items;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> members = new LinkedHashMap<>();
      map.forEach((name, item) -> members.put(name, printable(item)));
      return members;
    }
    return value;
  }

  private static byte[] bytes(JsonNode base64) {
    return base64.isNull() ? null : Base64.getDecoder().decode(base64.asText());
  }
}

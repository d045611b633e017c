package io.flotilla.protocol.codec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.message.BundlePart;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Limits;
import java.io.IOException;
import java.util.Map;

/**
 * Messages to CBOR and back. Unknown keys are ignored, so that a newer side may add some; missing
 * or null values of required keys (all but {@code cpuFeatures} and {@code past}, which came later),
 * other types, trailing bytes and payloads over {@link Limits#MAX_PAYLOAD_BYTES} are refused.
 * Thread-safe.
 */
public final class MessageCodec {
  private static final int MAX_DEPTH = 16;

  private static final ObjectMapper MAPPER =
      CBORMapper.builder(
              CBORFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(Limits.MAX_PAYLOAD_BYTES)
                          .build())
                  .build())
          .addModule(new Jdk8Module())
          .addModule(new SimpleModule().setDeserializerModifier(new LaterKeys()))
          .addMixIn(BundlePart.class, BundlePartForm.class)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private MessageCodec() {}

  /**
   * The CBOR form of a message.
   *
   * @throws FlotillaException {@code REQUEST_TOO_LARGE} if it is over the payload limit
   */
  public static byte[] encode(Record message) {
    byte[] payload;
    try {
      payload = MAPPER.writeValueAsBytes(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a message record must be encodable", e);
    }
    requireSize(payload.length);
    return payload;
  }

  /**
   * Reads a message.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the payload is not a well-formed {@code
   *     type}; {@code REQUEST_TOO_LARGE} if it is over the payload limit
   */
  public static <T> T decode(byte[] payload, Class<T> type) {
    requireSize(payload.length);
    try {
      T message = MAPPER.readValue(payload, type);
      if (message == null) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID, "an empty " + type.getSimpleName() + " message");
      }
      return message;
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "not a " + type.getSimpleName() + " message", e);
    }
  }

  private static void requireSize(int bytes) {
    if (bytes > Limits.MAX_PAYLOAD_BYTES) {
      throw new FlotillaException(
          ErrorCode.REQUEST_TOO_LARGE,
          "a message of %d bytes is over the limit of %d"
              .formatted(bytes, Limits.MAX_PAYLOAD_BYTES));
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "part")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = BundlePart.Index.class, name = "index"),
    @JsonSubTypes.Type(value = BundlePart.Chunk.class, name = "chunk")
  })
  private interface BundlePartForm {}

  /** Keys that came later: where one is missing, it is read as null. */
  private static final class LaterKeys extends BeanDeserializerModifier {
    private static final long serialVersionUID = 1;
    private static final Map<Class<?>, String> KEYS =
        Map.of(HardwareFacts.class, "cpuFeatures", Hello.class, "past");

    @Override
    public JsonDeserializer<?> modifyDeserializer(
        DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> reader) {
      String key = KEYS.get(bean.getBeanClass());
      return key == null ? reader : new LaterKeyReader(reader, key);
    }
  }

  /** Reads what may lack one key. */
  private static final class LaterKeyReader extends DelegatingDeserializer {
    private static final long serialVersionUID = 1;

    private final String key;

    LaterKeyReader(JsonDeserializer<?> reader, String key) {
      super(reader);
      this.key = key;
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> reader) {
      return new LaterKeyReader(reader, key);
    }

    @Override
    public Object deserialize(JsonParser in, DeserializationContext context) throws IOException {
      JsonNode tree = context.readTree(in);
      if (tree instanceof ObjectNode object && !object.has(key)) {
        object.putNull(key);
      }
      try (JsonParser whole = tree.traverse(in.getCodec())) {
        whole.nextToken();
        return super.deserialize(whole, context);
      }
    }
  }
}

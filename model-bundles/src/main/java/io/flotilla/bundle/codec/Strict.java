package io.flotilla.bundle.codec;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.TSFBuilder;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import java.io.IOException;

/** Mappers that take nothing on trust, and the translation of what they throw. */
final class Strict {
  private static final int MAX_DEPTH = 16;
  private static final DefaultIndenter INDENTER = new DefaultIndenter("  ", "\n");
  private static final DefaultPrettyPrinter PRINTER =
      new DefaultPrettyPrinter().withObjectIndenter(INDENTER).withArrayIndenter(INDENTER);

  private Strict() {}

  /**
   * A JSON mapper.
   *
   * @param maxBytes most bytes of a text within, which bounds all that is read into memory
   */
  static JsonMapper.Builder json(int maxBytes) {
    return strict(JsonMapper.builder(bounded(new JsonFactoryBuilder(), maxBytes).build()))
        .defaultPrettyPrinter(PRINTER);
  }

  /** A CBOR mapper; see {@link #json}. */
  static CBORMapper.Builder cbor(int maxBytes) {
    return strict(CBORMapper.builder(bounded(CBORFactory.builder(), maxBytes).build()));
  }

  private static <B extends TSFBuilder<?, B>> B bounded(B factory, int maxBytes) {
    return factory
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxStringLength(maxBytes)
                .maxDocumentLength(maxBytes)
                .build());
  }

  private static <M extends ObjectMapper, B extends MapperBuilder<M, B>> B strict(B mapper) {
    return mapper
        .addModule(new Jdk8Module())
        .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS);
  }

  /** Bytes of a value that can always be written. */
  static byte[] write(ObjectMapper mapper, Object value) {
    try {
      return mapper.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a valid value must be encodable", e);
    }
  }

  /**
   * Reads a document.
   *
   * @param code of the failure if it cannot be read
   * @param what name of the document, as in "the manifest"
   */
  static <T> T read(ObjectMapper mapper, byte[] bytes, Class<T> type, ErrorCode code, String what) {
    try {
      T value = mapper.readValue(bytes, type);
      if (value == null) {
        throw new FlotillaException(code, what + " is empty");
      }
      return value;
    } catch (IOException e) {
      throw failure(e, code, what);
    }
  }

  /** Where in the document, as in {@code variants[0].sizeBytes}. */
  private static String pathOf(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return Printable.of(path.toString());
  }

  private static FlotillaException failure(IOException e, ErrorCode code, String what) {
    if (e.getCause() instanceof FlotillaException guarded) {
      ErrorCode of = guarded.code() == ErrorCode.INPUT_INVALID ? code : guarded.code();
      return new FlotillaException(of, what + " is wrong: " + guarded.getMessage(), e);
    }
    if (e instanceof JsonProcessingException malformed) {
      String detail = Printable.of(malformed.getOriginalMessage().lines().findFirst().orElse(""));
      String where = e instanceof JsonMappingException mapping ? " at " + pathOf(mapping) : "";
      return new FlotillaException(
          code, "%s cannot be read%s: %s".formatted(what, where, detail), e);
    }
    return new FlotillaException(code, what + " cannot be read", e);
  }
}

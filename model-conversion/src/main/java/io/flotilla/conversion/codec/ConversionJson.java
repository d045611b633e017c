package io.flotilla.conversion.codec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.diff.DiffReport;
import io.flotilla.conversion.external.ConversionRecord;
import io.flotilla.conversion.report.VariantReport;
import io.flotilla.conversion.variant.VariantKind;
import java.io.IOException;

/**
 * Reports as JSON in UTF-8: the fields are the records' components, absent values are null, digests
 * are {@code sha256:…}, kinds are labels such as {@code int8-dynamic}. The same report gives the
 * same bytes. Unknown fields are refused.
 */
public final class ConversionJson {
  /** Largest document that is read: 4 MiB. */
  public static final int MAX_BYTES = 4 << 20;

  private static final int MAX_DEPTH = 16;
  private static final ObjectMapper MAPPER = mapper();

  private ConversionJson() {}

  /** A variant's report as JSON. */
  public static byte[] encode(VariantReport report) {
    return write(report);
  }

  /** What changed between two models as JSON, without the sentences, which follow from it. */
  public static byte[] encode(DiffReport report) {
    return write(report);
  }

  /** The record of an external conversion as JSON. */
  public static byte[] encode(ConversionRecord conversion) {
    return write(conversion);
  }

  /**
   * Reads a variant's report.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is malformed or over {@link #MAX_BYTES}
   */
  public static VariantReport variantReport(byte[] json) {
    return read(json, VariantReport.class, "the variant's report");
  }

  /**
   * Reads what changed between two models.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is malformed or over {@link #MAX_BYTES}
   */
  public static DiffReport diffReport(byte[] json) {
    return read(json, DiffReport.class, "the comparison of models");
  }

  /**
   * Reads the record of an external conversion.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is malformed or over {@link #MAX_BYTES}
   */
  public static ConversionRecord conversionRecord(byte[] json) {
    return read(json, ConversionRecord.class, "the record of a conversion");
  }

  private static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report must be encodable", e);
    }
  }

  private static <T> T read(byte[] json, Class<T> type, String what) {
    if (json.length > MAX_BYTES) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "%s has more than %d bytes".formatted(what, MAX_BYTES));
    }
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw new FlotillaException(ErrorCode.INPUT_INVALID, what + " is empty");
      }
      return value;
    } catch (IOException e) {
      String detail =
          e instanceof JsonProcessingException malformed
              ? malformed.getOriginalMessage()
              : String.valueOf(e.getMessage());
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "%s cannot be read: %s".formatted(what, Printable.of(detail)),
          e);
    }
  }

  private static ObjectMapper mapper() {
    return JsonMapper.builder(
            new JsonFactoryBuilder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(
                    StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxDocumentLength(MAX_BYTES)
                        .build())
                .build())
        .addModule(new Jdk8Module())
        .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .addMixIn(Digest.class, DigestForm.class)
        .addMixIn(VariantKind.class, KindForm.class)
        .build();
  }

  /** A digest as {@code sha256:…}. */
  private interface DigestForm {
    @JsonValue
    @Override
    String toString();

    @JsonCreator
    static Digest parse(String text) {
      return Digest.parse(text);
    }
  }

  /** A kind as its label. */
  private interface KindForm {
    @JsonValue
    String label();
  }
}

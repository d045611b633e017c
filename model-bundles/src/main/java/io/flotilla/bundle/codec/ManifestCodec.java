package io.flotilla.bundle.codec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.bundle.manifest.Manifest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Manifests to JSON and back. The form is the records' own, key by key, in their order; a dimension
 * is a number if fixed and a text if open; what is not stated is {@code null}, except for a
 * lineage's branch and remote, which are absent then, as in manifests of before there were any.
 * Equal manifests give equal bytes. Thread-safe.
 */
public final class ManifestCodec {
  /** Most bytes of a manifest: 4 MiB. */
  public static final int MAX_BYTES = 4 << 20;

  private static final ObjectMapper MAPPER =
      Strict.json(MAX_BYTES)
          .addModule(
              new SimpleModule()
                  .addSerializer(Dimension.class, new DimensionWriter())
                  .addDeserializer(Dimension.class, new DimensionReader())
                  .addDeserializer(Lineage.class, new LineageReader()))
          .addMixIn(Lineage.class, LineageForm.class)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private ManifestCodec() {}

  /** The manifest as JSON in UTF-8. */
  public static byte[] encode(Manifest manifest) {
    return Strict.write(MAPPER, manifest);
  }

  /**
   * Reads a manifest.
   *
   * @throws FlotillaException {@code MANIFEST_INVALID} if it is malformed, has unknown, repeated or
   *     missing keys, or a value out of range; {@code BUNDLE_PATH_UNSAFE} for a bad path; {@code
   *     BUNDLE_TOO_LARGE} if it is over {@link #MAX_BYTES}
   */
  public static Manifest decode(byte[] json) {
    if (json.length > MAX_BYTES) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_TOO_LARGE,
          "a manifest of %d bytes is over the limit of %d".formatted(json.length, MAX_BYTES));
    }
    return Strict.read(MAPPER, json, Manifest.class, ErrorCode.MANIFEST_INVALID, "the manifest");
  }

  /** Leaves out what a manifest of before would not have. */
  interface LineageForm {
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    Optional<String> gitBranch();

    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    Optional<String> gitRemote();
  }

  /** A lineage with every key. */
  private record WholeLineage(
      Optional<String> gitCommit,
      boolean gitDirty,
      List<String> datasets,
      Optional<String> run,
      Optional<String> gitBranch,
      Optional<String> gitRemote) {}

  /** Takes a lineage without the keys that were added later. */
  private static final class LineageReader extends JsonDeserializer<Lineage> {
    private static final List<String> LATER = List.of("gitBranch", "gitRemote");

    @Override
    public Lineage deserialize(JsonParser in, DeserializationContext context) throws IOException {
      JsonNode tree = context.readTree(in);
      if (tree instanceof ObjectNode object) {
        LATER.stream().filter(key -> !object.has(key)).forEach(object::putNull);
      }
      WholeLineage whole = context.readTreeAsValue(tree, WholeLineage.class);
      return new Lineage(
          whole.gitCommit(),
          whole.gitDirty(),
          whole.datasets(),
          whole.run(),
          whole.gitBranch(),
          whole.gitRemote());
    }
  }

  private static final class DimensionWriter extends JsonSerializer<Dimension> {
    @Override
    public void serialize(Dimension dimension, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (dimension.length().isPresent()) {
        out.writeNumber(dimension.length().getAsLong());
      } else {
        out.writeString(dimension.symbol());
      }
    }
  }

  private static final class DimensionReader extends JsonDeserializer<Dimension> {
    @Override
    public Dimension deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (in.currentToken() == JsonToken.VALUE_NUMBER_INT) {
        return Dimension.of(in.getLongValue());
      }
      if (in.currentToken() == JsonToken.VALUE_STRING) {
        return Dimension.open(in.getText());
      }
      throw new FlotillaException(
          ErrorCode.MANIFEST_INVALID, "a dimension is a whole number or a text");
    }
  }
}

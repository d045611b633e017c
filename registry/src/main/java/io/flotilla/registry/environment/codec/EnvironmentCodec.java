package io.flotilla.registry.environment.codec;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.registry.environment.EnvironmentSpec;
import io.flotilla.registry.environment.RuntimeRange;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Specifications as people write them: one flat JSON object. Every key may be left out.
 *
 * <pre>
 * {
 *   "runtime": "&gt;=1.20 &lt;2",
 *   "maxIrVersion": 10, "opsets": {"": 21, "ai.onnx.ml": 5},
 *   "providers": ["CPUExecutionProvider"],
 *   "cpuFeatures": ["avx2"], "architectures": ["amd64"],
 *   "memoryBytes": 268435456, "threads": 2,
 *   "hookAbi": "1",
 *   "sessionOptions": {"session.intra_op.allow_spinning": "0"}
 * }
 * </pre>
 *
 * Thread-safe.
 */
public final class EnvironmentCodec {
  /** Most bytes of a specification: 256 KiB. */
  public static final int MAX_BYTES = 256 << 10;

  private static final String RUNTIME = "runtime";
  private static final String MAX_IR_VERSION = "maxIrVersion";
  private static final String OPSETS = "opsets";
  private static final String PROVIDERS = "providers";
  private static final String CPU_FEATURES = "cpuFeatures";
  private static final String ARCHITECTURES = "architectures";
  private static final String MEMORY_BYTES = "memoryBytes";
  private static final String THREADS = "threads";
  private static final String HOOK_ABI = "hookAbi";
  private static final String SESSION_OPTIONS = "sessionOptions";
  private static final int MAX_DEPTH = 8;
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              new JsonFactoryBuilder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(MAX_BYTES)
                          .maxDocumentLength(MAX_BYTES)
                          .build())
                  .build())
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private EnvironmentCodec() {}

  /**
   * Reads a specification.
   *
   * @throws FlotillaException {@code ENVIRONMENT_INVALID} if it is malformed, has unknown or
   *     repeated keys, or a value of another type or out of range
   */
  public static EnvironmentSpec decode(byte[] json) {
    try {
      Map<String, Object> form = MAPPER.readValue(json, new TypeReference<>() {});
      if (form == null) {
        throw new FlotillaException(ErrorCode.ENVIRONMENT_INVALID, "an environment is an object");
      }
      return of(form);
    } catch (JsonProcessingException e) {
      throw invalid(
          "an environment cannot be read: "
              + Printable.of(e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (IOException e) {
      throw invalid("an environment cannot be read", e);
    }
  }

  /**
   * Reads a specification that has been parsed already; see {@link #decode}.
   *
   * @param form text, whole numbers, lists and maps by key
   */
  public static EnvironmentSpec of(Map<String, ?> form) {
    SpecReader reader = new SpecReader(form);
    EnvironmentSpec spec =
        new EnvironmentSpec(
            reader.text(RUNTIME).map(RuntimeRange::new).orElse(RuntimeRange.ANY),
            new EnvironmentSpec.Limits(reader.number(MAX_IR_VERSION), reader.numbers(OPSETS)),
            reader.texts(PROVIDERS),
            reader.set(CPU_FEATURES),
            reader.set(ARCHITECTURES),
            new EnvironmentSpec.Needs(
                reader.number(MEMORY_BYTES).orElse(0L),
                (int) Math.min(Integer.MAX_VALUE, reader.number(THREADS).orElse(0L))),
            reader.text(HOOK_ABI),
            reader.textsByKey(SESSION_OPTIONS));
    reader.requireAllRead();
    return spec;
  }

  /** The JSON form of what a specification asks for, in UTF-8, with line breaks. */
  public static byte[] encode(EnvironmentSpec spec) {
    try {
      return MAPPER.writeValueAsBytes(view(spec));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("text and numbers must be encodable", e);
    }
  }

  /** What {@link #of} reads, without the keys that a specification does not ask for. */
  public static Map<String, Object> view(EnvironmentSpec spec) {
    Map<String, Object> view = new LinkedHashMap<>();
    if (!spec.runtime().any()) {
      view.put(RUNTIME, spec.runtime().text());
    }
    spec.limits().maxIrVersion().ifPresent(version -> view.put(MAX_IR_VERSION, version));
    if (!spec.limits().opsets().isEmpty()) {
      view.put(OPSETS, spec.limits().opsets());
    }
    putUnlessEmpty(view, PROVIDERS, spec.providers());
    putUnlessEmpty(view, CPU_FEATURES, spec.cpuFeatures());
    putUnlessEmpty(view, ARCHITECTURES, spec.architectures());
    if (spec.needs().memoryBytes() > 0) {
      view.put(MEMORY_BYTES, spec.needs().memoryBytes());
    }
    if (spec.needs().threads() > 0) {
      view.put(THREADS, spec.needs().threads());
    }
    spec.hookAbi().ifPresent(abi -> view.put(HOOK_ABI, abi));
    if (!spec.sessionOptions().isEmpty()) {
      view.put(SESSION_OPTIONS, spec.sessionOptions());
    }
    return view;
  }

  private static void putUnlessEmpty(
      Map<String, Object> view, String key, Collection<String> names) {
    if (!names.isEmpty()) {
      view.put(key, List.copyOf(names));
    }
  }

  private static FlotillaException invalid(String message, IOException cause) {
    return new FlotillaException(ErrorCode.ENVIRONMENT_INVALID, message, cause);
  }
}

package io.flotilla.registry.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.environment.EnvironmentRegistry.Draft;
import io.flotilla.registry.environment.EnvironmentRegistry.Page;
import io.flotilla.registry.environment.EnvironmentRegistry.Registered;
import io.flotilla.registry.environment.codec.EnvironmentCodec;
import io.flotilla.registry.store.DirectTransaction;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentRegistryTest {
  private static final String WHOLE =
      """
      {
        "runtime": ">=1.20.0 <2",
        "maxIrVersion": 10,
        "opsets": {"": 21, "ai.onnx.ml": 5},
        "providers": ["CUDAExecutionProvider", "CPUExecutionProvider"],
        "cpuFeatures": ["fma", "avx2"],
        "architectures": ["x86_64"],
        "memoryBytes": 268435456,
        "threads": 2,
        "hookAbi": "1",
        "sessionOptions": {"session.intra_op.allow_spinning": "0"}
      }
      """;

  @TempDir Path directory;
  private RecordStore store;
  private EnvironmentRegistry registry;

  @BeforeEach
  void open() {
    store = RocksRecordStore.open(directory);
    registry = new EnvironmentRegistry(store, Clock.fixed(Instant.ofEpochMilli(7), ZoneOffset.UTC));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void versionsAreCountedAndTheSameContentIsTheSameVersion() {
    Registered first = register("edge-cpu", decode(WHOLE));
    assertThat(first.created()).isTrue();
    assertThat(first.environment().reference()).isEqualTo("edge-cpu:1");
    assertThat(first.environment().atMs()).isEqualTo(7);

    Registered again = register("edge-cpu", decode(WHOLE.replace("1.20.0", "1.20")));
    assertThat(again).isEqualTo(new Registered(first.environment(), false));

    assertThat(register("edge-cpu", EnvironmentSpec.ANY).environment().version()).isEqualTo(2);
    assertThat(register("other", EnvironmentSpec.ANY).environment().version()).isEqualTo(1);
    assertThat(register("edge-cpu", decode(WHOLE)).environment().version()).isEqualTo(1);
  }

  @Test
  void whatWasRegisteredIsThereAfterARestart() {
    Environment registered = register("edge-cpu", decode(WHOLE)).environment();
    store.close();
    store = RocksRecordStore.open(directory);
    registry = new EnvironmentRegistry(store, Clock.systemUTC());
    assertThat(registry.find("edge-cpu", 1)).contains(registered);
    assertThat(register("edge-cpu", EnvironmentSpec.ANY).environment().version()).isEqualTo(2);
  }

  @Test
  void nothingIsThereBeforeTheTransactionIsWritten() {
    DirectTransaction tx = new DirectTransaction(store);
    registry.commit(tx, new Draft("edge-cpu", EnvironmentSpec.ANY, "", "ada"));
    assertThat(registry.resolve(tx, "edge-cpu").version()).isEqualTo(1);
    assertThat(registry.find("edge-cpu", 1)).isEmpty();
    tx.commit();
    assertThat(registry.find("edge-cpu", 1)).isPresent();
  }

  @Test
  void referencesAreResolved() {
    register("edge-cpu", EnvironmentSpec.ANY);
    register("edge-cpu", decode(WHOLE));
    assertThat(registry.resolve("edge-cpu:1").version()).isEqualTo(1);
    assertThat(registry.resolve("edge-cpu").version()).isEqualTo(2);
    for (String wrong :
        List.of("edge-cpu:3", "edge-cpu:0", "edge-cpu:", "edge", "", "../x", ":1")) {
      refused(ErrorCode.ENVIRONMENT_NOT_FOUND, () -> registry.resolve(wrong));
    }
  }

  @Test
  void listsArePagedWithoutGapOrRepeat() {
    for (int i = 0; i < 25; i++) {
      register("e" + i % 3, decode("{\"threads\": %d}".formatted(i + 1)));
    }
    List<String> seen = new ArrayList<>();
    Optional<String> after = Optional.of("");
    while (after.isPresent()) {
      Page page = registry.list(after.get(), 4);
      page.items().forEach(item -> seen.add(item.reference()));
      after = page.next();
    }
    assertThat(seen).hasSize(25).doesNotHaveDuplicates().startsWith("e0:1", "e0:2");
    refused(ErrorCode.CURSOR_INVALID, () -> registry.list("nonsense!", 4));
    refused(ErrorCode.CURSOR_INVALID, () -> registry.list("e0", 4));
  }

  @Test
  void namesAndDescriptionsAreChecked() {
    refused(ErrorCode.NAME_INVALID, () -> new Draft("../x", EnvironmentSpec.ANY, "", "ada"));
    refused(
        ErrorCode.ENVIRONMENT_INVALID,
        () -> new Draft("e", EnvironmentSpec.ANY, "d".repeat(4097), "ada"));
  }

  @Test
  void theFormThatPeopleWriteIsReadAndWritten() {
    EnvironmentSpec spec = decode(WHOLE);
    assertThat(spec.architectures()).containsExactly("amd64");
    assertThat(spec.cpuFeatures()).containsExactly("avx2", "fma");
    assertThat(spec.limits().opsets()).isEqualTo(Map.of("", 21L, "ai.onnx.ml", 5L));
    assertThat(EnvironmentCodec.decode(EnvironmentCodec.encode(spec))).isEqualTo(spec);
    assertThat(EnvironmentCodec.of(EnvironmentCodec.view(spec))).isEqualTo(spec);
    assertThat(decode("{}")).isEqualTo(EnvironmentSpec.ANY);
    assertThat(EnvironmentCodec.view(EnvironmentSpec.ANY)).isEmpty();
  }

  @Test
  void theDigestIsOfWhatIsAskedForAlone() {
    assertThat(EnvironmentSpec.ANY.canonical()).isEmpty();
    assertThat(decode(WHOLE).canonical())
        .isEqualTo(
            """
            runtime >=1.20 <2
            maxIrVersion 10
            opset  21
            opset ai.onnx.ml 5
            provider CUDAExecutionProvider
            provider CPUExecutionProvider
            cpuFeature avx2
            cpuFeature fma
            architecture amd64
            memoryBytes 268435456
            threads 2
            hookAbi 1
            sessionOption session.intra_op.allow_spinning 0
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{}x",
        "{\"more\": 1}",
        "{\"threads\": 1, \"threads\": 2}",
        "{\"threads\": \"2\"}",
        "{\"threads\": 2.5}",
        "{\"threads\": -1}",
        "{\"threads\": 99999999999}",
        "{\"threads\": 99999999999999999999}",
        "{\"memoryBytes\": -1}",
        "{\"maxIrVersion\": 0}",
        "{\"opsets\": {\"\": 0}}",
        "{\"opsets\": {\"\": null}}",
        "{\"opsets\": []}",
        "{\"providers\": \"CPU\"}",
        "{\"providers\": [\"a\", \"a\"]}",
        "{\"providers\": [null]}",
        "{\"providers\": [\"a b\"]}",
        "{\"cpuFeatures\": [\"AVX2\"]}",
        "{\"architectures\": [\"\"]}",
        "{\"hookAbi\": \"\"}",
        "{\"sessionOptions\": {\"a b\": \"1\"}}",
        "{\"sessionOptions\": {\"a\": \"x\\ny\"}}",
        "{\"sessionOptions\": {\"a\": 1}}",
        "{\"runtime\": \">=2 <1\"}",
        "{\"runtime\": 1}",
        "[[[[[[[[[[[[[[[["
      })
  void whatIsNoSpecificationIsRefused(String json) {
    refused(ErrorCode.ENVIRONMENT_INVALID, () -> decode(json));
  }

  @Test
  void thereIsALimitOnEverything() {
    refused(
        ErrorCode.ENVIRONMENT_INVALID, () -> decode("{\"hookAbi\": \"" + "1".repeat(33) + "\"}"));
    refused(
        ErrorCode.ENVIRONMENT_INVALID, () -> decode(" ".repeat(EnvironmentCodec.MAX_BYTES + 1)));
    Set<String> features = new java.util.TreeSet<>();
    for (int i = 0; i < 65; i++) {
      features.add("\"f" + i + "\"");
    }
    refused(
        ErrorCode.ENVIRONMENT_INVALID,
        () -> decode("{\"cpuFeatures\": [" + String.join(",", features) + "]}"));
  }

  private Registered register(String name, EnvironmentSpec spec) {
    DirectTransaction tx = new DirectTransaction(store);
    Registered registered = registry.commit(tx, new Draft(name, spec, "for tests", "ada"));
    tx.commit();
    return registered;
  }

  private static EnvironmentSpec decode(String json) {
    return EnvironmentCodec.decode(json.getBytes(StandardCharsets.UTF_8));
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}

package io.flotilla.hardware.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.AcceleratorInfo;
import io.flotilla.hardware.AcceleratorKind;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptimisedCacheTest {
  private final Accelerator cpu = OnnxAccelerators.cpu();
  @TempDir Path folder;
  private Path model = Path.of("");
  private Path cache = Path.of("");

  @BeforeEach
  void writeModel() {
    model = TestModels.write(folder, "model.onnx", TestModels.chain(32, 3));
    cache = folder.resolve("cache").resolve("model.opt");
  }

  @Test
  void keepsTheOptimisedFormAndScoresTheSameFromIt() throws IOException {
    Map<String, Tensor> plain = score(LoadOptions.DEFAULT);
    Map<String, Tensor> making = score(LoadOptions.DEFAULT.cachedAt(cache));
    byte[] kept = Files.readAllBytes(cache);
    Map<String, Tensor> cached = score(LoadOptions.DEFAULT.cachedAt(cache));

    assertThat(making).isEqualTo(plain);
    assertThat(cached).isEqualTo(plain);
    assertThat(Files.readAllBytes(cache)).isEqualTo(kept);
    assertThat(filesOfCache()).containsExactly("model.opt", "model.opt.key");
    assertThat(cacheOf(cpu.info()).isValid()).isTrue();
  }

  @Test
  void makesADamagedFormAgain() throws IOException {
    Map<String, Tensor> expected = score(LoadOptions.DEFAULT.cachedAt(cache));
    byte[] kept = Files.readAllBytes(cache);
    for (int at : new int[] {0, kept.length / 2, kept.length - 1}) {
      byte[] damaged = kept.clone();
      damaged[at] ^= 1;
      Files.write(cache, damaged);
      assertThat(cacheOf(cpu.info()).isValid()).isFalse();

      assertThat(score(LoadOptions.DEFAULT.cachedAt(cache))).isEqualTo(expected);
      assertThat(cacheOf(cpu.info()).isValid()).isTrue();
    }
  }

  @Test
  void makesAFormThatDoesNotLoadAgain() throws IOException {
    Map<String, Tensor> expected = score(LoadOptions.DEFAULT.cachedAt(cache));
    String key = Files.readString(cache.resolveSibling("model.opt.key"), UTF_8);
    byte[] nonsense = "nonsense".getBytes(UTF_8);
    Files.write(cache, nonsense);
    Files.writeString(
        cache.resolveSibling("model.opt.key"),
        key.substring(0, key.lastIndexOf(' ') + 1) + Digest.of(nonsense).hex() + "\n",
        UTF_8);
    assertThat(cacheOf(cpu.info()).isValid()).isTrue();

    assertThat(score(LoadOptions.DEFAULT.cachedAt(cache))).isEqualTo(expected);
    assertThat(Files.readAllBytes(cache)).isNotEqualTo(nonsense);
  }

  @Test
  void anotherModelRuntimeOrProviderDoesNotUseIt() throws IOException {
    score(LoadOptions.DEFAULT.cachedAt(cache));
    AcceleratorInfo info = cpu.info();

    assertThat(cacheOf(new AcceleratorInfo(info.kind(), info.provider(), false, "2.0")).isValid())
        .isFalse();
    assertThat(
            cacheOf(new AcceleratorInfo(AcceleratorKind.GPU, "Other", false, "1.29.0")).isValid())
        .isFalse();
    model = TestModels.write(folder, "model.onnx", TestModels.chain(32, 2));
    assertThat(cacheOf(info).isValid()).isFalse();
  }

  @Test
  void aCacheThatCannotBeWrittenCostsNothingButTime() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way", UTF_8);

    assertThat(score(LoadOptions.DEFAULT.cachedAt(file.resolve("below").resolve("model.opt"))))
        .isEqualTo(score(LoadOptions.DEFAULT));
  }

  @Test
  void doesNotKeepFormsThatGrewTooLarge() throws IOException {
    OptimisedCache small = cacheOf(cpu.info());
    Path fresh = small.prepare().orElseThrow();
    Files.write(fresh, new byte[(16 << 20) + 5 * (int) Files.size(model)]);

    small.keep(fresh);

    assertThat(filesOfCache()).isEmpty();
  }

  @Test
  void theProcessorsFingerprintFollowsItsFlags() throws IOException {
    Path info = folder.resolve("cpuinfo");
    Files.writeString(info, "model name : A\nflags : avx avx2\ncpu MHz : 1000\n", UTF_8);
    var first = ProcessorFingerprint.of("amd64", info);
    Files.writeString(info, "model name : A\nflags : avx avx2\ncpu MHz : 2000\n", UTF_8);
    assertThat(ProcessorFingerprint.of("amd64", info)).isEqualTo(first);
    Files.writeString(info, "model name : A\nflags : avx\ncpu MHz : 1000\n", UTF_8);
    assertThat(ProcessorFingerprint.of("amd64", info)).isNotEqualTo(first);
    assertThat(ProcessorFingerprint.of("amd64", folder.resolve("absent"))).isNotEqualTo(first);
  }

  private OptimisedCache cacheOf(AcceleratorInfo info) {
    return OptimisedCache.at(cache, model, info);
  }

  private Map<String, Tensor> score(LoadOptions options) {
    float[] values = new float[64];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 64f;
    }
    try (LoadedModel loaded = cpu.load(model, options)) {
      return loaded.run(Map.of("input", Tensor.ofFloats(List.of(2L, 32L), values)));
    }
  }

  private List<String> filesOfCache() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }
}

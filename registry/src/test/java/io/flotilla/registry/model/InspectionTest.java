package io.flotilla.registry.model;

import static io.flotilla.registry.model.OpenRegistry.code;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundleFiles;
import io.flotilla.bundle.layout.BundlePaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectionTest {
  private static final Inspection FOUND =
      new Inspection(
          List.of(
              new VariantInspection(
                  "fp32",
                  new ModelContents(
                      8, Map.of("", 13L), Map.of("MatMul", 2), 3, 64, List.of(), Map.of("a", "b")),
                  Optional.of(new Trial("1.29.0", "CPU", "RAN", "", 1.5, 0.25, 1 << 20)))));

  @TempDir Path directory;
  private OpenRegistry open;

  @BeforeEach
  void open() throws IOException {
    open = new OpenRegistry(directory);
  }

  @AfterEach
  void close() {
    open.close();
  }

  @Test
  void inspectorSeesModelsOnlyAndWhatItFindsIsKept() {
    AtomicReference<Set<String>> seen = new AtomicReference<>(Set.of());
    open.inspectWith(
        (folder, manifest) -> {
          assertThat(manifest.name()).isEqualTo("digits");
          seen.set(Set.copyOf(BundleFiles.list(folder).keySet()));
          return FOUND;
        });
    open.register(open.bundles.archiveWithAsset("digits", "model one", 2 << 20));

    assertThat(seen.get())
        .containsExactlyInAnyOrder(BundlePaths.MANIFEST, SignedBundles.MODEL_PATH);
    assertThat(open.get().inspection("digits", 1)).hasValue(FOUND);
    open.assertNothingTemporary();
    open.delete(1);
    open.reopen();
    assertThat(open.get().inspection("digits", 1)).hasValue(FOUND);
    assertThat(open.get().inspection("digits", 2)).isEmpty();
    assertThat(open.get().inspection("../digits", 1)).isEmpty();
  }

  @Test
  void failedInspectionRegistersNothing() {
    open.inspectWith(
        (_, _) -> {
          throw new FlotillaException(ErrorCode.INSPECTION_FAILED, "the model hung");
        });
    assertThat(code(() -> open.register(open.bundles.archive("digits", "model one"))))
        .isEqualTo(ErrorCode.INSPECTION_FAILED);
    assertThat(open.get().history(Optional.empty())).isEmpty();
    assertThat(open.blobFiles()).isEmpty();
  }

  @Test
  void nothingIsInspectedBeforeItIsVerified() {
    open.inspectWith(
        (_, _) -> {
          throw new IllegalStateException("what is not verified must not be inspected");
        });
    assertThat(code(() -> open.register(open.bundles.tampered("digits", "model one"))))
        .isEqualTo(ErrorCode.BUNDLE_DIGEST_MISMATCH);
  }
}

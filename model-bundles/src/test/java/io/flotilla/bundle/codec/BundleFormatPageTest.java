package io.flotilla.bundle.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.archive.ArchiveLimits;
import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What {@code docs/reference/bundle-format.md} says is what the code does. */
class BundleFormatPageTest {
  private static final Path PAGE = Path.of("..", "docs", "reference", "bundle-format.md");

  @Test
  void exampleIsAManifest() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf("```json\n") + 8;
    String example = page.substring(begin, page.indexOf("```", begin));
    Manifest manifest = ManifestCodec.decode(example.getBytes(StandardCharsets.UTF_8));
    assertThat(manifest.name()).isEqualTo("digits");
    assertThat(manifest.outputs()).flatExtracting(TensorSpec::categories).hasSize(10);
  }

  @Test
  void pageNamesPathsAndLimits() throws IOException {
    assertThat(Files.readString(PAGE))
        .contains(
            "`" + BundlePaths.MANIFEST + "`",
            "`" + BundlePaths.SIGNATURE + "`",
            "`" + BundlePaths.BASELINE + "`",
            "`" + BundlePaths.GOLDEN_VECTORS + "`",
            "| archive | %d GiB |".formatted(ArchiveLimits.DEFAULT.maxArchiveBytes() >> 30),
            "| one file | %d GiB |".formatted(ArchiveLimits.DEFAULT.maxFileBytes() >> 30),
            String.format(Locale.ROOT, "| files | %,d |", ArchiveLimits.DEFAULT.maxFiles()),
            "| manifest | %d MiB |".formatted(ManifestCodec.MAX_BYTES >> 20),
            "| golden vectors | %d MiB,".formatted(GoldenCodec.MAX_BYTES >> 20),
            "| signature | %d MiB |".formatted(ModelSignatureCodec.MAX_BYTES >> 20),
            "at most %d characters and %d segments"
                .formatted(BundlePaths.MAX_LENGTH, BundlePaths.MAX_DEPTH),
            "chunks of %d KiB".formatted(ChunkTable.CHUNK_BYTES >> 10));
  }
}

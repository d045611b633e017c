package io.flotilla.retraining.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepCacheTest {
  private static final Digest KEY = Digest.of("key".getBytes(UTF_8));
  private static final Digest OTHER = Digest.of("other".getBytes(UTF_8));

  @TempDir Path directory;
  private StepCache cache;

  @BeforeEach
  void open() {
    cache =
        new StepCache(
            directory, Clock.fixed(Instant.parse("2026-05-01T00:00:00Z"), ZoneOffset.UTC));
  }

  @Test
  void keepsOutputsByKey() throws IOException {
    assertThat(cache.find(KEY)).isEmpty();
    Artifact kept = keep(KEY, "content");

    assertThat(cache.find(KEY)).hasValue(kept);
    assertThat(cache.find(OTHER)).isEmpty();
    assertThat(kept.path().resolve("sub/file")).hasContent("content");
  }

  @Test
  void damagedEntryIsForgotten() throws IOException {
    Artifact kept = keep(KEY, "content");
    Files.writeString(kept.path().resolve("sub/file"), "contend");

    assertThat(cache.find(KEY)).isEmpty();
    assertThat(keep(KEY, "content")).isEqualTo(kept);
    Files.writeString(kept.path().resolve("more"), "x");
    assertThat(cache.find(KEY)).isEmpty();
  }

  @Test
  void secondWorkerThatMadeTheSameFindsTheFirstOnes() throws IOException {
    Path slow = begin("content");
    Artifact fast = keep(KEY, "content");

    assertThat(cache.keep(KEY, slow)).isEqualTo(fast);
    assertThat(directory.toFile().list()).containsExactly(KEY.hex());
  }

  @Test
  void discardedWorkIsGone() throws IOException {
    cache.discard(begin("content"));

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void pruningRemovesLeftWorkAndTheLongestUnused() throws IOException {
    begin("left by a killed worker");
    Artifact old = keep(KEY, "0123456789");
    keep(OTHER, "0123456789");
    Files.setLastModifiedTime(
        directory.resolve(KEY.hex()), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));

    cache.prune(150);

    assertThat(directory.toFile().list()).containsExactly(OTHER.hex());
    assertThat(old.path()).doesNotExist();
  }

  private Artifact keep(Digest key, String content) throws IOException {
    return cache.keep(key, begin(content));
  }

  private Path begin(String content) throws IOException {
    Path output = cache.begin();
    Files.createDirectory(output.resolve("sub"));
    Files.writeString(output.resolve("sub/file"), content);
    return output;
  }
}

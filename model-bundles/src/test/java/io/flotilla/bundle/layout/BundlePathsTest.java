package io.flotilla.bundle.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundlePathsTest {
  @Test
  void takesItsOwnPaths() {
    assertThat(
            Stream.of(
                BundlePaths.MANIFEST,
                BundlePaths.SIGNATURE,
                BundlePaths.BASELINE,
                BundlePaths.GOLDEN_VECTORS,
                BundlePaths.MODELS + "a_B-9.onnx"))
        .allMatch(path -> BundlePaths.requireSafe(path).equals(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/etc/passwd",
        "../a",
        "a/..",
        "a/../b",
        "./a",
        "a//b",
        "a/",
        ".hidden",
        "-x",
        "a\\b",
        "C:\\a",
        "C:a",
        "a b",
        "a\u0000b",
        "a\nb",
        "é",
        "a\u202eb",
        "~root/a",
        "a/.git/x"
      })
  void refusesPathsThatAreNotPlain(String path) {
    Refusal.of(ErrorCode.BUNDLE_PATH_UNSAFE, () -> BundlePaths.requireSafe(path));
  }

  @Test
  void refusesPathsOverTheLimits() {
    String longest = "a".repeat(BundlePaths.MAX_LENGTH);
    assertThat(BundlePaths.requireSafe(longest)).isEqualTo(longest);
    Refusal.of(ErrorCode.BUNDLE_PATH_UNSAFE, () -> BundlePaths.requireSafe(longest + "a"));
    String deepest = String.join("/", IntStream.range(0, 8).mapToObj(i -> "a").toList());
    assertThat(BundlePaths.requireSafe(deepest)).isEqualTo(deepest);
    Refusal.of(ErrorCode.BUNDLE_PATH_UNSAFE, () -> BundlePaths.requireSafe(deepest + "/a"));
  }

  @Test
  void refusesPathsThatCollide() {
    collides("a/b", "a/b");
    collides("a/b", "A/B");
    collides("a", "a/b");
    collides("a/b", "a");
    collides("a/B/c", "A/b");
  }

  private static void collides(String first, String second) {
    PathSet paths = new PathSet();
    paths.add(first);
    paths.add("other/" + first);
    Refusal.of(ErrorCode.BUNDLE_PATH_UNSAFE, () -> paths.add(second));
  }
}

package io.flotilla.hardware.gate;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What releases of ONNX Runtime read. After its compatibility table ("ONNX Runtime compatibility",
 * {@code onnxruntime.ai/docs/reference/compatibility.html}; {@code docs/Versioning.md} of its
 * sources), and measured besides: each release listed was given files of every IR version from 1 to
 * 16 and opset from 7 to 30. Where the table was behind the release, what the release did counts.
 *
 * @param version of the release: {@code 1.minor}
 * @param irVersion newest file format that it reads
 * @param opsets newest opsets that it takes, by operator domain
 */
record RuntimeRelease(Version version, long irVersion, Map<String, Long> opsets) {
  /** The releases that change something, oldest first. */
  private static final List<RuntimeRelease> ALL =
      List.of(
          release(10, 8, 15, 2),
          release(11, 8, 16, 3),
          release(13, 8, 17, 3),
          release(14, 8, 18, 3),
          release(16, 9, 19, 3),
          release(17, 9, 20, 4),
          release(20, 10, 21, 5),
          release(22, 10, 22, 5),
          release(23, 11, 23, 5),
          release(24, 13, 25, 5),
          release(29, 13, 26, 5));

  /** The oldest one known. */
  static final RuntimeRelease OLDEST = ALL.getFirst();

  /** The newest one known. */
  static final RuntimeRelease NEWEST = ALL.getLast();

  /**
   * A version without what comes after its second number.
   *
   * @param major its first number
   * @param minor its second number
   */
  record Version(int major, int minor) implements Comparable<Version> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(?:[.+-].{0,99})?");
    private static final Comparator<Version> ORDER =
        Comparator.comparingInt(Version::major).thenComparingInt(Version::minor);

    /** Reads one, as in {@code 1.29.0}; empty if it has another form. */
    static Optional<Version> of(String text) {
      Matcher matcher = FORM.matcher(text);
      return matcher.matches()
          ? Optional.of(
              new Version(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
          : Optional.empty();
    }

    @Override
    public int compareTo(Version other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * What this version reads: what the next release that is listed reads, so that one between the
   * listed ones is never thought to read less than it does. Empty if it is newer than all.
   */
  static Optional<RuntimeRelease> reading(Version version) {
    return ALL.stream().filter(release -> release.version.compareTo(version) >= 0).findFirst();
  }

  // The last one has had one version in all of these releases.
  private static RuntimeRelease release(int minor, long irVersion, long onnx, long ml) {
    return new RuntimeRelease(
        new Version(1, minor),
        irVersion,
        Map.of("ai.onnx", onnx, "ai.onnx.ml", ml, "ai.onnx.preview.training", 1L));
  }
}

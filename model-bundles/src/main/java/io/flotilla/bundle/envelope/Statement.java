package io.flotilla.bundle.envelope;

import io.flotilla.bundle.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What a model signature states: these files have these digests, and together that one.
 *
 * @param subject name of what is signed, for people
 * @param root SHA-256 over the concatenated raw digests of the files in order
 * @param resources the files, by Unicode code point of their names
 */
public record Statement(String subject, Digest root, List<Resource> resources) {
  /** The order of resources: by Unicode code point, which is that of the UTF-8 bytes. */
  public static final Comparator<String> BY_CODE_POINT =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  /**
   * One file.
   *
   * @param name path with {@code /} between segments, relative to the signed folder
   * @param digest SHA-256 of its content
   */
  public record Resource(String name, Digest digest) {}

  /** Copies the list. */
  public Statement {
    resources = List.copyOf(resources);
  }

  /** The statement of these files. */
  public static Statement of(String subject, List<Resource> resources) {
    List<Resource> sorted =
        resources.stream().sorted(Comparator.comparing(Resource::name, BY_CODE_POINT)).toList();
    return new Statement(subject, rootOf(sorted), sorted);
  }

  /** Whether the resources are in strict order and give the root digest. */
  public boolean isConsistent() {
    for (int i = 1; i < resources.size(); i++) {
      if (BY_CODE_POINT.compare(resources.get(i - 1).name(), resources.get(i).name()) >= 0) {
        return false;
      }
    }
    return root.equals(rootOf(resources));
  }

  private static Digest rootOf(List<Resource> resources) {
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    resources.forEach(resource -> raw.writeBytes(resource.digest().raw()));
    return Digest.of(raw.toByteArray());
  }
}

package io.flotilla.retraining.step;

import io.flotilla.bundle.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;

/**
 * The digest of a file, or of a folder with all that is in it: SHA-256 over one line per file,
 * {@code <digest> <path>}, sorted by path. Times and permissions do not count.
 */
public final class TreeDigest {
  private TreeDigest() {}

  /**
   * The digest.
   *
   * @throws IOException if something cannot be read
   */
  public static Digest of(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return Digest.ofFile(path);
    }
    MessageDigest sha256 = Digest.newSha256();
    List<Path> files;
    try (Stream<Path> all = Files.walk(path)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    List<String> lines =
        files.stream().map(file -> path.relativize(file).toString()).sorted().toList();
    for (String relative : lines) {
      String line = Digest.ofFile(path.resolve(relative)).hex() + "  " + relative + "\n";
      sha256.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return Digest.ofRaw(sha256.digest());
  }
}

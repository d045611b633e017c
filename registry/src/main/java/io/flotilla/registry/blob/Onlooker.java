package io.flotilla.registry.blob;

import java.io.IOException;
import java.io.InputStream;

/** Sees content while it is stored, for instance to compute another digest of it. */
@FunctionalInterface
public interface Onlooker {
  /**
   * Reads as much of the content as it wants. Large content is shown on a thread of the onlooker's
   * own while it arrives, and ends early if it stops arriving: whoever stores it then fails anyway.
   *
   * @param content the whole content from its beginning; need not be closed
   * @throws IOException if the stream fails
   */
  void see(InputStream content) throws IOException;
}

package io.flotilla.hardware.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session that is freed when its last user lets go: freeing it under a running score would crash
 * the process. The owner is the first user; each run and each pinned run is one more.
 */
final class SharedSession {
  private static final Logger LOG = LoggerFactory.getLogger(SharedSession.class);

  private final OrtSession session;
  private final AtomicInteger users = new AtomicInteger(1);

  SharedSession(OrtSession session) {
    this.session = session;
  }

  /**
   * Becomes a user.
   *
   * @throws IllegalStateException if the last user has let go
   */
  OrtSession acquire() {
    if (users.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
      throw new IllegalStateException("the model is closed");
    }
    return session;
  }

  /** Lets go; once for the owner and once for each {@link #acquire}. */
  void release() {
    if (users.decrementAndGet() == 0) {
      try {
        session.close();
      } catch (OrtException e) {
        LOG.warn("The runtime did not free a model cleanly", e);
      }
    }
  }
}

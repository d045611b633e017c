package io.flotilla.controller.link;

/** Hears about the connection, on the link's own thread; must not block. */
public interface LinkListener {
  /**
   * Connected and subscribed, for the first time or again. Nothing of an earlier connection is
   * carried over: whatever must be retained is to be published again.
   */
  void onConnected();

  /**
   * The connection was lost; the link is already trying again. Not called for {@code close()}.
   *
   * @param reason one sentence
   */
  void onDisconnected(String reason);
}

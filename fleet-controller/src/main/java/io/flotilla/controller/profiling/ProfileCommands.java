package io.flotilla.controller.profiling;

import io.flotilla.protocol.message.ProfileCommand;

/** Brings commands to devices, signed. What a device that is away does not get may be lost. */
@FunctionalInterface
public interface ProfileCommands {
  /** Sends a command to the device that it names; never blocks. */
  void send(ProfileCommand command);
}

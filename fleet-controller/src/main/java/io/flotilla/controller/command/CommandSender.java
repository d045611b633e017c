package io.flotilla.controller.command;

import io.flotilla.protocol.message.DeviceCommand;

/** Brings commands to devices, signed. What a device that is away does not get may be lost. */
@FunctionalInterface
public interface CommandSender {
  /** Sends a command to the device that it names; never blocks. */
  void send(DeviceCommand command);
}

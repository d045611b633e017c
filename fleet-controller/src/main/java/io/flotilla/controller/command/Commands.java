package io.flotilla.controller.command;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Permission;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.DeviceScope;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.DeviceCommand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Tells devices to do things. A command is kept before it is sent, goes out again with every hello
 * and every {@value #RESEND_SECONDS} s until its device answers, and is known to be unanswered once
 * its deadline has passed. Devices obey each id once, so that sending again does no harm. Core
 * thread only.
 */
public final class Commands {
  /** Most commands of one device that are open at once. */
  public static final int MAX_OPEN_OF_DEVICE = 16;

  /** Most commands that are open at once. */
  public static final int MAX_OPEN = 10_000;

  /** Commands of one device that are kept, the open ones included; older ones are forgotten. */
  public static final int MAX_KEPT_OF_DEVICE = 100;

  static final int RESEND_SECONDS = 5;

  /** What was ordered; keys are {@code device/id}. */
  static final Table<DeviceCommand> COMMANDS = Table.of("command", DeviceCommand.class);

  /** How it ended; the same keys. */
  static final Table<CommandEnd> ENDS = Table.of("command-end", CommandEnd.class);

  private static final Table<Open> OPEN = Table.cached("command-open", Open.class);
  private static final Table<Counter> COUNTER = Table.cached("command-counter", Counter.class);
  private static final String LAST = "last";
  private static final int SCHEMA = 1;

  private final Naming naming;
  private final DeviceDirectory devices;
  private final EventLog events;
  private final CommandSender sender;

  /** When an open command went out last, by its key. */
  private final Map<String, Long> sentMs = new HashMap<>();

  /** Who waits for the end of a command, by its key. */
  private final Map<String, List<CompletableFuture<Boolean>>> waiting = new HashMap<>();

  /** Commands to the devices of a tenant. */
  public Commands(Naming naming, DeviceDirectory devices, EventLog events, CommandSender sender) {
    this.naming = naming;
    this.devices = devices;
    this.events = events;
    this.sender = sender;
  }

  /**
   * How commands are named. Devices obey each id once and remember it, so that a controller which
   * was set back to an older copy, and counts from there again, must not come to the same ids.
   *
   * @param tenant whose devices the commands are for
   * @param random for the end of each id, 32 bits
   */
  public record Naming(String tenant, RandomGenerator random) {
    private String id(long number) {
      return String.format(Locale.ROOT, "command-%09d-%08x", number, random.nextInt());
    }
  }

  /**
   * Marks a command that has not ended.
   *
   * @param expiresAtMs its deadline, Unix time in milliseconds
   */
  private record Open(long expiresAtMs) {}

  private record Counter(long last) {}

  static String key(String device, String id) {
    return device + "/" + id;
  }

  /**
   * Orders something.
   *
   * @param withinMs how long the device has to begin, and the controller waits for the answer
   * @throws FlotillaException {@code DEVICE_NOT_FOUND}; {@code FORBIDDEN} if the caller may not
   *     command this device; {@code INPUT_INVALID} if the time is longer than a day; {@code
   *     CONFLICT} if the device is shut out, or too many commands are open
   */
  DeviceCommand create(
      Transaction tx, String id, DeviceCommand.Order order, long withinMs, Said said) {
    DeviceRecord device = devices.require(tx, id);
    DeviceScope.of(Permission.COMMAND).require(device);
    requireRoom(tx, device);
    long number = tx.get(COUNTER, LAST).map(Counter::last).orElse(0L) + 1;
    DeviceCommand command =
        new DeviceCommand(
            SCHEMA,
            naming.tenant(),
            id,
            naming.id(number),
            new Assignment.Validity(said.nowMs(), said.nowMs() + withinMs),
            order);
    String key = key(id, command.id());
    forgetOld(tx, id);
    tx.put(COUNTER, LAST, new Counter(number));
    tx.put(COMMANDS, key, command);
    tx.put(OPEN, key, new Open(command.validity().expiresAtMs()));
    tx.audit(
        said.reason()
            .action(
                "device.command",
                "device/" + id,
                Map.of("command", command.id(), "order", order.kind().name())));
    announce(tx, "sent", command, Map.of());
    tx.then(() -> send(key, command, said.nowMs()));
    return command;
  }

  /** When somebody said so, and why. */
  record Said(Reason reason, long nowMs) {}

  private void requireRoom(Transaction tx, DeviceRecord device) {
    if (!device.identity().admitted()) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, device.id() + " is shut out: no command reaches it");
    }
    if (tx.scan(OPEN, key(device.id(), ""), "", MAX_OPEN_OF_DEVICE).size() == MAX_OPEN_OF_DEVICE
        || sentMs.size() >= MAX_OPEN) {
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "%d commands to %s, or %d in all, are open: try again when one has ended"
              .formatted(MAX_OPEN_OF_DEVICE, device.id(), MAX_OPEN));
    }
  }

  /** Makes room for one more. */
  private void forgetOld(Transaction tx, String device) {
    List<Table.Row<DeviceCommand>> kept =
        tx.scan(COMMANDS, key(device, ""), "", MAX_KEPT_OF_DEVICE + 1);
    int most = MAX_KEPT_OF_DEVICE - 1;
    for (int i = 0; i < kept.size() - most; i++) {
      String key = kept.get(i).id();
      if (tx.get(OPEN, key).isEmpty()) {
        tx.delete(COMMANDS, key);
        tx.delete(ENDS, key);
      }
    }
  }

  private void send(String key, DeviceCommand command, long nowMs) {
    sentMs.put(key, nowMs);
    sender.send(command);
  }

  /** A device connected: it may have missed a command. */
  public void hello(Transaction tx, String device, long nowMs) {
    for (Table.Row<Open> row : tx.scan(OPEN, key(device, ""), "", MAX_OPEN_OF_DEVICE)) {
      sendAgain(tx, row.id(), nowMs);
    }
  }

  private void sendAgain(Transaction tx, String key, long nowMs) {
    tx.get(COMMANDS, key).ifPresent(command -> tx.then(() -> send(key, command, nowMs)));
  }

  /** Time passed. */
  public void tick(Transaction tx, long nowMs) {
    for (Map.Entry<String, Long> sent : List.copyOf(sentMs.entrySet())) {
      String key = sent.getKey();
      Optional<Open> open = tx.get(OPEN, key);
      if (open.isEmpty()) {
        sentMs.remove(key);
      } else if (open.get().expiresAtMs() <= nowMs) {
        unanswered(tx, key, nowMs);
      } else if (Math.abs(nowMs - sent.getValue()) >= TimeUnit.SECONDS.toMillis(RESEND_SECONDS)
          && devices
              .get(tx, key.substring(0, key.indexOf('/')))
              .filter(DeviceRecord::online)
              .isPresent()) {
        sendAgain(tx, key, nowMs);
      }
    }
  }

  /** The controller is back: once after every start, before anything else. */
  public void recovered(Transaction tx, long nowMs) {
    tx.scan(OPEN, "", "", MAX_OPEN).forEach(row -> sentMs.put(row.id(), nowMs));
  }

  /** A device is gone for good, or for as long as it is shut out: nothing comes any more. */
  public void gone(Transaction tx, String device, long nowMs) {
    for (Table.Row<Open> row : tx.scan(OPEN, key(device, ""), "", MAX_OPEN_OF_DEVICE)) {
      unanswered(tx, row.id(), nowMs);
    }
  }

  private void unanswered(Transaction tx, String key, long nowMs) {
    tx.get(COMMANDS, key)
        .ifPresent(command -> end(tx, command, new CommandEnd(Optional.empty(), nowMs)));
  }

  /**
   * A device answered. What it says again changes nothing; what comes after the deadline counts.
   *
   * @throws FlotillaException {@code COMMAND_NOT_FOUND} if nobody told it so, or it was forgotten
   */
  public void answer(Transaction tx, String device, CommandAnswer answer, long nowMs) {
    String key = key(device, answer.command());
    DeviceCommand command = require(tx, device, answer.command());
    if (tx.get(ENDS, key).flatMap(CommandEnd::answer).isEmpty()) {
      end(tx, command, new CommandEnd(Optional.of(answer), nowMs));
    }
  }

  private void end(Transaction tx, DeviceCommand command, CommandEnd end) {
    String key = key(command.deviceId(), command.id());
    tx.put(ENDS, key, end);
    tx.delete(OPEN, key);
    Map<String, Object> data = new TreeMap<>();
    end.answer()
        .flatMap(CommandAnswer::failure)
        .ifPresent(
            failure -> {
              data.put("code", failure.code());
              data.put("detail", failure.detail());
            });
    announce(tx, end.state().name().toLowerCase(Locale.ROOT), command, data);
    tx.then(
        () -> {
          sentMs.remove(key);
          List<CompletableFuture<Boolean>> told = waiting.remove(key);
          if (told != null) {
            told.forEach(one -> one.complete(true));
          }
        });
  }

  private void announce(
      Transaction tx, String what, DeviceCommand command, Map<String, Object> more) {
    Map<String, Object> data = new TreeMap<>(more);
    data.put("command", command.id());
    data.put("order", command.order().kind().name());
    events.append(
        tx, new FleetEvent("io.flotilla.command." + what, "device/" + command.deviceId(), data));
  }

  /**
   * Waits for the end of a command.
   *
   * @return completes with true at its end, at once if it has ended; with false when the time is up
   */
  CompletionStage<Boolean> awaitEnd(Transaction tx, String device, String id, long waitMs) {
    String key = key(device, id);
    if (waitMs == 0 || tx.get(OPEN, key).isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    CompletableFuture<Boolean> end = new CompletableFuture<>();
    List<CompletableFuture<Boolean>> all = waiting.computeIfAbsent(key, k -> new ArrayList<>());
    // Those whose time was up are still in the list.
    all.removeIf(CompletableFuture::isDone);
    all.add(end);
    return end.completeOnTimeout(false, waitMs, TimeUnit.MILLISECONDS);
  }

  /**
   * A command that is kept.
   *
   * @throws FlotillaException {@code COMMAND_NOT_FOUND}
   */
  DeviceCommand require(Transaction tx, String device, String id) {
    return tx.get(COMMANDS, key(device, id))
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.COMMAND_NOT_FOUND, "no command to %s has that id".formatted(device)));
  }

  /** How it ended, if it has. */
  Optional<CommandEnd> end(Transaction tx, DeviceCommand command) {
    return tx.get(ENDS, key(command.deviceId(), command.id()));
  }
}

package io.flotilla.controller.rollout;

import io.flotilla.controller.catalog.KnownVersion;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.rollout.AssignmentBook.Issued;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.Limits;
import io.flotilla.protocol.message.VersionRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The signed desired state of every device. Numbers of a device only ever grow, and an assignment
 * is stored, signed form included, before anybody can see it: so what goes out after a restart is
 * byte for byte what went out before. Core thread only.
 */
public final class Assignments {
  static final Table<AssignmentBook> BOOKS = Table.cached("assignment", AssignmentBook.class);

  /** How long a device may accept an assignment, at least: one hour. */
  public static final long MIN_LIFETIME_MILLIS = 3_600_000;

  private static final int PAGE = 1000;
  private static final int SCHEMA = 1;
  private static final byte[] NOTHING = {};

  private final String tenant;
  private final DeviceDirectory devices;
  private final VersionCatalog catalog;
  private final AssignmentSigner signer;
  private final BiConsumer<String, byte[]> publisher;

  /**
   * The assignments of a tenant.
   *
   * @param publisher puts the retained assignment of a device on its topic; no bytes clear it
   */
  public Assignments(
      String tenant,
      DeviceDirectory devices,
      VersionCatalog catalog,
      AssignmentSigner signer,
      BiConsumer<String, byte[]> publisher) {
    this.tenant = tenant;
    this.devices = devices;
    this.catalog = catalog;
    this.signer = signer;
    this.publisher = publisher;
  }

  /** What the device was told to run, if anything. */
  public Optional<Issued> current(Transaction tx, String device) {
    return book(tx, device).current();
  }

  /** The number that the device's next assignment will have. */
  long nextNumber(Transaction tx, String device) {
    return book(tx, device).last() + 1;
  }

  /**
   * What is to be assigned.
   *
   * @param target the version
   * @param rollout the rollout that wants it
   * @param previous what the device gets back if the rollout fails
   * @param lifetimeMillis how long a device may accept it
   * @param goingBack whether it undoes something, so that the version may be an older one
   */
  record Order(
      KnownVersion target,
      String rollout,
      Optional<VersionRef> previous,
      long lifetimeMillis,
      boolean goingBack) {}

  /** Issues the next assignment of a device; its number must be the next one. */
  void issue(Transaction tx, String device, long number, Order order, long nowMs) {
    AssignmentBook book = book(tx, device);
    if (number != book.last() + 1) {
      throw new IllegalStateException(
          "assignment %d of %s cannot follow %d".formatted(number, device, book.last()));
    }
    VersionRef target = order.target().ref();
    long expiresAtMs = nowMs + Math.max(MIN_LIFETIME_MILLIS, order.lifetimeMillis());
    byte[] envelope =
        signer.sign(
            new Assignment(
                SCHEMA,
                tenant,
                device,
                number,
                target,
                order.target().archive(),
                new Assignment.Validity(nowMs, expiresAtMs),
                new Assignment.Purpose(
                    order.rollout(), order.goingBack() || downgrades(tx, device, target))));
    Issued issued =
        new Issued(number, target, order.rollout(), expiresAtMs, order.previous(), envelope);
    store(tx, device, new AssignmentBook(number, Optional.of(issued)));
  }

  /**
   * Gives a device back what it had before the assignment of this number, under the next number; or
   * nothing, if it had nothing or that version is gone. Does nothing if a later assignment has
   * replaced that one.
   */
  void giveBack(Transaction tx, String device, long number, long nowMs) {
    AssignmentBook book = book(tx, device);
    Optional<Issued> current = book.current().filter(issued -> issued.number() == number);
    if (current.isEmpty()) {
      return;
    }
    Issued failed = current.get();
    Optional<KnownVersion> previous = failed.previous().flatMap(catalog::available);
    if (previous.isPresent()) {
      Order order =
          new Order(previous.get(), failed.rollout(), failed.previous(), MIN_LIFETIME_MILLIS, true);
      issue(tx, device, book.last() + 1, order, nowMs);
    } else {
      store(tx, device, new AssignmentBook(book.last(), Optional.empty()));
    }
  }

  /**
   * Takes note of the last number that a device says it has seen. One beyond all that were given
   * out comes from before this controller was set back to an older copy, or is a lie, which hurts
   * nobody else: numbers go on after it, since the device ignores the ones up to it. A number
   * beyond {@link Limits#MAX_CLAIMED_NUMBER} is not believed.
   *
   * @return whether the numbers go on further than before
   */
  boolean seen(Transaction tx, String device, long number) {
    AssignmentBook book = book(tx, device);
    boolean beyond = number > book.last() && number <= Limits.MAX_CLAIMED_NUMBER;
    if (beyond) {
      tx.put(BOOKS, device, new AssignmentBook(number, book.current()));
    }
    return beyond;
  }

  /**
   * Issues the current assignment again, under the next number and with a new lifetime.
   *
   * @param goingBack whether the device may have to go back to an older version for it
   */
  Optional<Issued> reissue(Transaction tx, String device, boolean goingBack, long nowMs) {
    Optional<Issued> current = current(tx, device);
    Optional<KnownVersion> target = current.map(Issued::target).flatMap(catalog::available);
    if (current.isEmpty() || target.isEmpty()) {
      return Optional.empty();
    }
    Issued before = current.get();
    Order order =
        new Order(
            target.get(), before.rollout(), before.previous(), MIN_LIFETIME_MILLIS, goingBack);
    issue(tx, device, nextNumber(tx, device), order, nowMs);
    return current(tx, device);
  }

  /** Publishes the current assignment of a device once the batch is stored. */
  void republish(Transaction tx, String device) {
    byte[] envelope = current(tx, device).map(Issued::envelope).orElse(NOTHING);
    tx.thenOnce("assignment/" + device, () -> publisher.accept(device, envelope));
  }

  /**
   * After every connect: publishes all current assignments that devices may still accept, and
   * clears what an external broker may still hold for devices that shall run nothing.
   */
  public void republishAll(Transaction tx, long nowMs) {
    String after = "";
    List<Table.Row<AssignmentBook>> rows;
    do {
      rows = tx.scan(BOOKS, "", after, PAGE);
      for (Table.Row<AssignmentBook> row : rows) {
        after = row.id();
        AssignmentBook book = row.value();
        boolean taken = book.current().isEmpty() && book.last() > 0;
        if (taken || book.current().filter(issued -> issued.expiresAtMs() > nowMs).isPresent()) {
          republish(tx, row.id());
        }
      }
    } while (rows.size() == PAGE);
  }

  /** Ids of the devices that are to run this version, or would get it back. */
  public List<String> users(Transaction tx, VersionRef version) {
    List<String> users = new ArrayList<>();
    String after = "";
    List<Table.Row<AssignmentBook>> rows;
    do {
      rows = tx.scan(BOOKS, "", after, PAGE);
      for (Table.Row<AssignmentBook> row : rows) {
        after = row.id();
        if (row.value().current().filter(issued -> names(issued, version)).isPresent()) {
          users.add(row.id());
        }
      }
    } while (rows.size() == PAGE);
    return users;
  }

  private static boolean names(Issued issued, VersionRef version) {
    return issued.target().equals(version) || issued.previous().filter(version::equals).isPresent();
  }

  private AssignmentBook book(Transaction tx, String device) {
    return tx.get(BOOKS, device).orElse(AssignmentBook.EMPTY);
  }

  private void store(Transaction tx, String device, AssignmentBook book) {
    tx.put(BOOKS, device, book);
    devices
        .get(tx, device)
        .ifPresent(
            known ->
                devices.put(
                    tx,
                    known.withDesired(
                        book.current()
                            .map(
                                issued ->
                                    new DeviceRecord.Desired(issued.target(), issued.number())))));
    republish(tx, device);
  }

  /** An operator's rollout to a lower number is meant; the assignment has to say so. */
  private boolean downgrades(Transaction tx, String device, VersionRef target) {
    return devices
        .get(tx, device)
        .flatMap(DeviceRecord::running)
        .filter(running -> running.model().equals(target.model()))
        .filter(running -> running.version() > target.version())
        .isPresent();
  }
}

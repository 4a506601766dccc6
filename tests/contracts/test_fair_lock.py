"""First come, first served: no caller's turn is overtaken until it is too late."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from ivr.storage.fair_lock import FairLock

LONG = 10.0


def test_the_lock_is_given_in_the_order_in_which_it_was_asked_for() -> None:
    lock, order, threads = FairLock(), list[int](), list[threading.Thread]()
    assert lock.acquire(LONG)

    def wait(number: int) -> None:
        assert lock.acquire(LONG)
        order.append(number)
        lock.release()

    for number in range(6):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(lock._waiting) <= number:  # until this one stands in the queue
            time.sleep(0.001)
    lock.release()
    for thread in threads:
        thread.join(LONG)
    assert order == list(range(6))


def test_whoever_waits_too_long_leaves_the_queue() -> None:
    lock = FairLock()
    assert lock.acquire(LONG)
    assert not lock.acquire(0.01)
    lock.release()
    assert lock.acquire(0.01)


def test_only_one_holds_the_lock_also_when_some_give_up() -> None:
    lock, inside, most = FairLock(), [0], [0]

    def work(number: int) -> int:
        held = 0
        for _ in range(50):
            if lock.acquire(0.0005 if number % 2 else LONG):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0.0001)
                inside[0] -= 1
                held += 1
                lock.release()
        return held

    with ThreadPoolExecutor(6) as pool:
        held = list(pool.map(work, range(6)))
    assert most[0] == 1
    assert held[::2] == [50, 50, 50]
    assert lock.acquire(0.01)  # nobody left it locked

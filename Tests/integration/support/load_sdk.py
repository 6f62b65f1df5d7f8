"""A subscriber of the load that is the Python SDK, as applications use it. It stays with the node that it was given."""

import asyncio
import json

import centrifuge
from centrifuge import contexts

from support.history import Recorder
from support.load_subscribers import Subscriber


class SDKSubscriber(Subscriber):
    """The SDK reconnects and recovers by itself; the history learns of it what its handlers are told."""

    def __init__(self, name: str, channels: list[str], recorder: Recorder, url: str, use_protobuf: bool):
        super().__init__(name, channels, recorder)
        self._proto = "protobuf" if use_protobuf else "json"
        self._is_connected = False
        self._client = centrifuge.Client(
            url,
            events=_ClientEvents(self),
            use_protobuf=use_protobuf,
            min_reconnect_delay=0.1,
            max_reconnect_delay=1,
            proxy=None,
        )
        for channel in channels:
            self._client.new_subscription(
                channel, events=_SubscriptionEvents(self, channel), min_resubscribe_delay=0.1, max_resubscribe_delay=1
            )

    async def run(self) -> None:
        await self._client.connect()
        for channel in self.channels:
            await self._client.get_subscription(channel).subscribe()
        try:
            await asyncio.Event().wait()
        finally:
            self.connection_ended(None)
            await self._client.disconnect()

    def connected(self, client: str) -> None:
        self._is_connected = True
        self.client = client
        self.record("conn", "ok", proto=self._proto, who=client)

    def connection_ended(self, code: int | None) -> None:
        if self._is_connected:
            self._is_connected = False
            self.record_end(code)

    def subscribing(self, channel: str) -> None:
        if channel in self.subscribed:
            self.subscribed.discard(channel)
            self.record("unsub", "ok", ch=channel)
        since = self.positions.get(channel)
        self.record("sub", "invoke", ch=channel, since=list(since) if since else None)

    def subscribed_to(self, channel: str, context: contexts.SubscribedContext) -> None:
        position = context.stream_position
        epoch, offset = (position.epoch, position.offset) if position else (None, 0)
        self.record_subscribed(channel, epoch, offset, context.recovered, None)


class _ClientEvents(centrifuge.ClientEventHandler):
    def __init__(self, owner: SDKSubscriber):
        self._owner = owner

    async def on_connected(self, ctx: contexts.ConnectedContext) -> None:
        self._owner.connected(ctx.client)

    async def on_connecting(self, ctx: contexts.ConnectingContext) -> None:
        self._owner.connection_ended(ctx.code)

    async def on_disconnected(self, ctx: contexts.DisconnectedContext) -> None:
        self._owner.connection_ended(ctx.code)


class _SubscriptionEvents(centrifuge.SubscriptionEventHandler):
    def __init__(self, owner: SDKSubscriber, channel: str):
        self._owner = owner
        self._channel = channel

    async def on_subscribing(self, ctx: contexts.SubscribingContext) -> None:
        self._owner.subscribing(self._channel)

    async def on_subscribed(self, ctx: contexts.SubscribedContext) -> None:
        self._owner.subscribed_to(self._channel, ctx)

    async def on_publication(self, ctx: contexts.PublicationContext) -> None:
        data = json.loads(ctx.pub.data) if isinstance(ctx.pub.data, bytes) else ctx.pub.data
        self._owner.record_delivery(self._channel, data, ctx.pub.offset)

    async def on_join(self, ctx: contexts.JoinContext) -> None:
        self._owner.record("join", "ok", ch=self._channel, who=ctx.info.client)

    async def on_leave(self, ctx: contexts.LeaveContext) -> None:
        self._owner.record("leave", "ok", ch=self._channel, who=ctx.info.client)

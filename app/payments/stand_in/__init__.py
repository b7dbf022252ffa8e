"""A small Stripe on this computer, for demos and tests: real calls, real webhooks, no money.

It proves our side of the protocol, not Stripe's behaviour. `running.StandIn` is the whole of it.
"""

"""What every test may rely on."""

from hypothesis import HealthCheck, settings

settings.register_profile("park", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("park")

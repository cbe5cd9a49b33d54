package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"rodada/broker"
	"rodada/domain/firmware"
	"rodada/protocol"
)

// measureFirmware sends packets to one scooter and to a hundred, with a plain loop over MQTT and with an upgrade, and counts what
// a ride waits beside two hundred upgrades.
func measureFirmware(ctx context.Context, w *world) error {
	h, err := newHangar(ctx, w, 1+1+100+upgraded)
	if err != nil {
		return err
	}
	defer h.close()
	if _, err := h.upgrade(ctx, 1, 64); err != nil { // to warm up
		return err
	}
	fmt.Printf("\n%-52s %12s %12s %8s %22s\n", "firmware packets a second", "plain MQTT", "an upgrade", "", "history events per 100")
	for _, c := range []struct{ scooters, packets int }{{1, 4000}, {100, 600}} {
		plain, err := h.plain(ctx, c.scooters, c.packets)
		if err != nil {
			return fmt.Errorf("plain packets: %w", err)
		}
		ours, err := h.upgrade(ctx, c.scooters, c.packets)
		if err != nil {
			return fmt.Errorf("upgrades: %w", err)
		}
		fmt.Printf("%-52s %12.0f %12.0f %7.0f%% %22.1f   (aim: 60%% or more; under 30)\n", fmt.Sprintf("%d at once, %d packets each", c.scooters, c.packets),
			plain.perSecond(), ours.perSecond(), 100*ours.perSecond()/plain.perSecond(), 100*float64(ours.events)/float64(c.packets))
	}
	return measureBeside(ctx, w, h)
}

// measureBeside scans scooters without upgrades and with as many as there may be, which take a packet every quarter of a second, as
// boxes on the street do.
func measureBeside(ctx context.Context, w *world, h *hangar) error {
	quiet, err := measureUnlock(ctx, w)
	if err != nil {
		return err
	}
	for _, s := range h.fleet.Scooters() {
		s.Slow(250 * time.Millisecond)
	}
	group, grouped := errgroup.WithContext(ctx)
	group.Go(func() error { _, err := h.upgrade(grouped, upgraded, 300); return err })
	select {
	case <-time.After(5 * time.Second): // until packets are on their way
	case <-ctx.Done():
	}
	busy, err := measureUnlock(grouped, w)
	if err != nil {
		return err
	}
	fmt.Printf("%-52s %9.2f ms, with %d upgrades %.2f ms: %.2fx   (aim: 1.5 or less)\n", "unlock by REST, p50 alone", float64(quiet.alone.at(50).Microseconds())/1000,
		upgraded, float64(busy.alone.at(50).Microseconds())/1000, ratio(busy.alone.at(50), quiet.alone.at(50)))
	return group.Wait()
}

// plain is the least that sends an image: a loop that sends a packet and waits for its answer, for each scooter one.
func (h *hangar) plain(ctx context.Context, n, packets int) (sending, error) {
	var mu sync.Mutex
	answers := map[string]chan protocol.Message{}
	for i := range n {
		answers[hangarPlate(i)] = make(chan protocol.Message, 1)
	}
	conn, err := broker.Connect(ctx, broker.Options{
		URL: h.w.config.MQTT.URL, Username: h.w.config.MQTT.Username, Password: h.w.config.MQTT.Password,
		Subscriptions: []broker.Subscription{{Filter: "bike", QoS: 1}},
		OnMessage: func(m broker.Message) {
			got, err := protocol.Decode(m.Payload)
			if err != nil || got.Code != protocol.SendPacketAck && got.Code != protocol.StartUpgradeAck {
				return
			}
			mu.Lock()
			c := answers[got.Plate]
			mu.Unlock()
			if c != nil {
				select {
				case c <- got:
				default:
				}
			}
		},
	})
	if err != nil {
		return sending{}, err
	}
	defer conn.Close()
	ask := func(ctx context.Context, plate string, c protocol.Command) error {
		frame, err := protocol.Encode(c, protocol.Dialect{})
		if err == nil {
			err = conn.Publish(ctx, plate, 0, frame)
		}
		if err != nil {
			return err
		}
		select {
		case m := <-answers[plate]:
			if status, _ := m.Status(); status != 0 {
				return fmt.Errorf("%s refuses %s", plate, c.Code)
			}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	data := make([]byte, firmware.PacketSize)
	group, ctx := errgroup.WithContext(ctx)
	began := time.Now()
	for i := range n {
		group.Go(func() error {
			err := ask(ctx, hangarPlate(i), protocol.Command{Code: protocol.StartUpgrade, Args: protocol.Args{"packets": packets + 1}})
			for serial := 0; serial < packets && err == nil; serial++ {
				err = ask(ctx, hangarPlate(i), protocol.Command{Code: protocol.SendPacket, Args: protocol.Args{"serial": serial, "data": data}})
			}
			h.fleet.Scooter(hangarPlate(i)).Reboot() // it has no whole image
			return err
		})
	}
	err = group.Wait()
	return sending{packets: n * packets, took: time.Since(began)}, err
}
